import { m } from "@messages/audit-words";

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

/** What the API calls things, in words; a name or an address is shown as it is. */
export const valueLabel = (value: string): string => (Object.hasOwn(m.values, value) ? m.values[value as keyof typeof m.values] : value);
