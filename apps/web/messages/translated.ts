/**
 * What a catalogue of another language must be: the same keys, and functions of the same arguments. A key that is missing or left over does not
 * compile; that each argument is used is checked by scripts/check/messages.mjs.
 */
export type Translated<T> = T extends string
  ? string
  : T extends (...values: infer V) => infer R
    ? (...values: V) => [R] extends [string] ? string : R
    : T extends Readonly<Record<string, unknown>>
      ? { readonly [K in keyof T]: Translated<T[K]> }
      : T;
