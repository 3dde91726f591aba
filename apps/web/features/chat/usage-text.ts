import { locale } from "@/lib/language";
import { m } from "@messages/chat";

const leastDollars = 0.0001;

/** Millionths of a dollar, with as many digits as tell something, as this person's region writes them. */
export const costText = (micros: number): string => {
  if (micros === 0) return dollarText(0, 0);
  const dollars = micros / 1_000_000;
  if (dollars < leastDollars) return m.lessThan(dollarText(leastDollars, 4));
  return dollarText(dollars, dollars < 0.01 ? 4 : dollars < 1 ? 3 : 2);
};

const dollarText = (dollars: number, digits: number): string =>
  new Intl.NumberFormat(locale(), {
    style: "currency",
    currency: "USD",
    currencyDisplay: "narrowSymbol",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(dollars);

/** Whole ones; what is begun is 1 at least. */
export const percentOf = (part: number, whole: number): number => (part === 0 ? 0 : Math.max(1, Math.round((part / whole) * 100)));
