/** A figure in words, with its goal beside it. */
export function goal(what: string, value: number, bound: { readonly atLeast: number } | { readonly atMost: number }, unit = " ×"): string {
  const [isMet, words] = "atLeast" in bound ? [value >= bound.atLeast, `≥ ${bound.atLeast}`] : [value <= bound.atMost, `≤ ${bound.atMost}`];
  return `${value.toFixed(2)}${unit} ${what} (goal ${words}: ${isMet ? "met" : "MISSED"})`;
}
