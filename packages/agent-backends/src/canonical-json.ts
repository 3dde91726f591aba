import { createHash } from "node:crypto";

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** JSON with the keys of every object in one order, so that equal content has equal bytes. */
export function canonicalJson(value: Json): string {
  return JSON.stringify(sorted(value));
}

export function sha256OfJson(value: Json): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex");
}

function sorted(value: Json): Json {
  if (isList(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([key, child]) => [key, sorted(child)]));
}

/** `Array.isArray` alone does not narrow a read-only list out of the union. */
function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
