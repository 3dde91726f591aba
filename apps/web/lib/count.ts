import { countLimit } from "@mosaic/contracts/paging";
import { locale } from "@/lib/language";
import { m } from "@messages/format";

export const formatNumber = (value: number): string => new Intl.NumberFormat(locale()).format(value);

/** Of sizes in words, `5.2 GB`: with the language's own sign for decimals. */
export const withDecimals = (words: string): string =>
  words.replace(/^\d+\.\d(?= GB$|$)/, (number) => new Intl.NumberFormat(locale(), { minimumFractionDigits: 1 }).format(Number(number)));

/** `a, b or c`. */
export const formatChoice = (words: readonly string[]): string => new Intl.ListFormat(locale(), { type: "disjunction" }).format(words);

/** A count as the API gives it: beyond its limit it says only that there are more. */
export const formatCount = (count: number): string => (count > countLimit ? m.moreThan(formatNumber(countLimit)) : formatNumber(count));
