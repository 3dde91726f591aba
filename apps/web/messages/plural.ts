import { language } from "@messages/language";

const rules = new Intl.PluralRules(language.tag);

/** The form that this count takes in the language of the page. English and German have these two. */
export const plural = (count: number, forms: { readonly one: string; readonly other: string }): string =>
  rules.select(count) === "one" ? forms.one : forms.other;

const ordinals = new Intl.PluralRules("en", { type: "ordinal" });
const endings: Readonly<Record<string, string>> = { one: "st", two: "nd", few: "rd", other: "th" };

/** Of English: 1 → "st". */
export const ordinalEnding = (place: number): string => endings[ordinals.select(place)] ?? "th";
