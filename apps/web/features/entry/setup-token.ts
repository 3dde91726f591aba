import { setupTokenHeader } from "@mosaic/contracts/onboarding";

const storageKey = "mosaic.setup-token";

/** The token from a link's fragment (`#token=…`), or from a whole link or a bare token that somebody pasted. */
export const parseSetupToken = (text: string): string | null => {
  const trimmed = text.trim();
  const marker = trimmed.indexOf("#");
  if (marker >= 0) {
    const token = new URLSearchParams(trimmed.slice(marker + 1)).get("token");
    return token === null || token === "" ? null : token;
  }
  return /^[\x21-\x7e]+$/.test(trimmed) && !trimmed.includes("/") ? trimmed : null;
};

/** Keeps the token for this tab, and takes it out of the address bar so that it is not bookmarked, shared or filmed. */
export const readSetupToken = (): string | null => {
  if (typeof window === "undefined") return null;
  const fromAddress = parseSetupToken(window.location.hash);
  if (fromAddress !== null && window.location.hash !== "") {
    storeSetupToken(fromAddress);
    const address = new URL(window.location.href);
    address.hash = "";
    window.history.replaceState(window.history.state, "", address);
  }
  return window.sessionStorage.getItem(storageKey);
};

export const storeSetupToken = (token: string): void => window.sessionStorage.setItem(storageKey, token);

export const forgetSetupToken = (): void => window.sessionStorage.removeItem(storageKey);

export const setupTokenHeaders = (): Record<string, string> => {
  const token = readSetupToken();
  return token === null ? {} : { [setupTokenHeader]: token };
};
