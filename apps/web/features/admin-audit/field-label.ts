import { problemCode } from "@mosaic/contracts/problem";
import { titleOf } from "@/lib/api-problem";
import { m } from "@messages/audit-words";
import { m as providers } from "@messages/provider-kinds";

/** `maxUses` → "Max uses": what another version has written. */
const split = (name: string): string => {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replaceAll("_", " ")
    .toLowerCase();
  return words.slice(0, 1).toUpperCase() + words.slice(1);
};

const wordOf = (words: Readonly<Record<string, string>>, name: string): string =>
  Object.hasOwn(words, name) ? (words[name] ?? name) : split(name);

export const detailLabel = (name: string): string => wordOf(m.details, name);
export const targetLabel = (type: string): string => wordOf(m.targets, type);
export const changedLabel = (field: string): string => wordOf(m.fields, field);

const valueWords: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ...m.values,
  kind: { ...providers.labels, ...m.values.kind },
};

/** What the API calls things, in words; a name or an address is shown as it is. */
export const valueLabel = (name: string, value: string): string => {
  const code = name === "code" ? problemCode.safeParse(value).data : undefined;
  if (code !== undefined) return titleOf(code);
  const words = Object.hasOwn(valueWords, name) ? (valueWords[name] ?? {}) : {};
  const worded = (one: string): string => (Object.hasOwn(words, one) ? (words[one] ?? one) : one);
  return name === "scopes" ? value.split(" ").map(worded).join(", ") : worded(value);
};
