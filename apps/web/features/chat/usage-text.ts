import { m } from "@messages/chat";

/** Millionths of a dollar, with as many digits as tell something. */
export const costText = (micros: number): string => {
  if (micros === 0) return "$0";
  const dollars = micros / 1_000_000;
  if (dollars < 0.0001) return m.lessThan("$0.0001");
  return `$${dollars.toFixed(dollars < 0.01 ? 4 : dollars < 1 ? 3 : 2)}`;
};

/** Whole ones; what is begun is 1 at least. */
export const percentOf = (part: number, whole: number): number => (part === 0 ? 0 : Math.max(1, Math.round((part / whole) * 100)));
