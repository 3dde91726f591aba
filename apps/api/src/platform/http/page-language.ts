import { languageCookie, languageTags, type Language } from "@mosaic/contracts/language";
import type { Request } from "express";

/** Served to whoever asks for no language that there is. */
export const defaultLanguage: Language = languageTags[0];

/**
 * In which language a browser is served the pages: what the person has chosen, which the page keeps in a cookie, before what the browser asks for.
 * The cookie is anybody's to write; whatever else stands in it counts for nothing.
 */
export function pageLanguage(request: Request): Language {
  const cookies = (request.headers.cookie ?? "").split(";").map((part) => part.trim());
  const chosen = cookies.find((cookie) => cookie.startsWith(`${languageCookie}=`))?.slice(languageCookie.length + 1);
  return languageTags.find((tag) => tag === chosen) ?? askedFor(request) ?? defaultLanguage;
}

function askedFor(request: Request): Language | undefined {
  const wanted = request.acceptsLanguages([...languageTags]);
  return languageTags.find((tag) => tag === wanted);
}

/** `de/login.html` is the German `login.html`; what lies in no language's folder is in the default one, or in none. */
export function languageOfFile(name: string): { language: Language; rest: string } | undefined {
  const [folder = "", ...rest] = name.split("/");
  const language = languageTags.find((tag) => tag === folder && tag !== defaultLanguage);
  return language === undefined || rest.length === 0 ? undefined : { language, rest: rest.join("/") };
}
