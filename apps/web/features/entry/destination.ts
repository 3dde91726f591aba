import type { OnboardingStatus } from "@mosaic/contracts/onboarding";

export type PageKind = "home" | "setup" | "login" | "app";

/** Where a page must lead instead of showing itself; `null` = it may be shown. The API decides on its own as well. */
export const destination = (page: PageKind, status: OnboardingStatus, here: string): string | null => {
  if (!status.isComplete) return incompleteDestination(page, status);
  if (page === "home" || page === "setup") return status.isSignedIn ? "/chat" : "/login";
  if (page === "app" && !status.isSignedIn) return loginPath(here);
  return null;
};

const incompleteDestination = (page: PageKind, status: OnboardingStatus): string | null => {
  const mustSignIn = status.step !== "breakglass" && !status.isSignedIn;
  if (page === "setup") return mustSignIn ? loginPath("/setup") : null;
  if (page === "login") return mustSignIn ? null : "/setup";
  return "/setup";
};

export const loginPath = (next: string): string =>
  next === "" || next === "/" || next === "/chat" ? "/login" : `/login?next=${encodeURIComponent(next)}`;

/** Only a path of this site may be gone to after signing in, never an address that somebody put into a link. */
export const safeNext = (next: string | null): string => {
  const fallback = "/chat";
  if (next === null || !/^\/[a-z]/.test(next)) return fallback;
  const base = "https://mosaic.invalid";
  if (!URL.canParse(next, base)) return fallback;
  const url = new URL(next, base);
  if (url.origin !== base || url.pathname.startsWith("/login")) return fallback;
  return url.pathname + url.search;
};
