import { z } from "zod";

/** The languages that the pages are built in, each by the name that its speakers give it. The first is served to whoever asks for none of them. */
export const languages = {
  en: { name: "English" },
  de: { name: "Deutsch" },
} as const satisfies Record<string, { name: string }>;

export type Language = keyof typeof languages;

export const languageTags = Object.keys(languages) as [Language, ...Language[]];

export const language = z.enum(languageTags);

/** In which language a browser is served the pages. Without it they come in the first of its own languages that there is. */
export const languageCookie = "mosaic_language";
