import { languageCookie, languageTags, type Language } from "@mosaic/contracts/language";
import { language } from "@messages/language";

const cookieSeconds = 400 * 24 * 3600;

/** "de-AT" → "de". */
const withoutRegion = (tag: string): string => tag.toLowerCase().split("-", 1)[0] ?? "";

/** What the API serves a browser without a choice. */
const asked = (): Language =>
  navigator.languages.map((tag) => languageTags.find((known) => known === withoutRegion(tag))).find((known) => known !== undefined) ??
  languageTags[0];

const chosenHere = (): string | null => {
  const cookie = document.cookie.split("; ").find((one) => one.startsWith(`${languageCookie}=`));
  return cookie?.slice(languageCookie.length + 1) ?? null;
};

const choose = (chosen: Language | null): void => {
  const end = chosen === null ? "; max-age=0" : `; max-age=${cookieSeconds}`;
  const secure = window.location.protocol === "https:" ? "; secure" : "";
  // The Cookie Store API is missing without HTTPS.
  // oxlint-disable-next-line unicorn/no-document-cookie
  document.cookie = `${languageCookie}=${chosen ?? ""}; path=/; samesite=lax${end}${secure}`;
};

/**
 * Has this browser served what a person has chosen; `null` is what the browser itself asks for. Answers whether the page is loaded anew for that.
 * A browser that keeps no cookies is left alone: it would load the page for ever.
 */
export const adoptLanguage = (chosen: Language | null): boolean => {
  if (chosenHere() === chosen) return false;
  choose(chosen);
  if (chosenHere() !== chosen || (chosen ?? asked()) === language.tag) return false;
  window.location.reload();
  return true;
};

/** For dates and numbers: as this person's region writes them, in the page's language. */
export const locale = (): string =>
  typeof navigator === "undefined"
    ? language.tag
    : (navigator.languages.find((tag) => withoutRegion(tag) === language.tag) ?? language.tag);
