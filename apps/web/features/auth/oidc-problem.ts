import { oidcProblem, type OidcProblem } from "@mosaic/contracts/oidc";

const words: Record<OidcProblem, { title: string; detail: string }> = {
  oidc_unavailable: {
    title: "The sign-in server can’t be reached",
    detail: "Try again in a moment. If you have a password here, sign in with it; an admin finds more under Admin → Sign-in.",
  },
  oidc_refused: {
    title: "The sign-in was cancelled or refused",
    detail: "Your sign-in server did not let you in. Try again, or ask who runs it.",
  },
  oidc_expired: {
    title: "That took too long",
    detail: "A sign-in has to be finished within ten minutes, in the browser that began it. Try again.",
  },
  oidc_invalid: {
    title: "The sign-in server’s answer can’t be trusted",
    detail: "Mosaic could not verify it, so nobody was signed in. Try again; if it stays, tell an admin.",
  },
  oidc_not_allowed: {
    title: "This account may not use Mosaic",
    detail: "Only verified e-mail addresses of certain domains are let in. Ask an admin.",
  },
  oidc_no_account: { title: "There is no account for you yet", detail: "An admin has to let you in first: ask for an invitation." },
  oidc_disabled_account: { title: "Your account is disabled", detail: "Ask an admin to enable it again." },
};

/** Only codes that are known are shown: whatever else stands in an address is somebody's text. */
export const oidcProblemText = (code: string | null): { title: string; detail: string } | null => {
  const parsed = oidcProblem.safeParse(code);
  return parsed.success ? words[parsed.data] : null;
};
