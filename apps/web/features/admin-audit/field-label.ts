const fieldWords: Readonly<Record<string, string>> = { isDisabled: "Disabled", isEnabled: "Enabled", isShared: "Shared" };

/** `maxUses` → "Max uses". */
export const fieldLabel = (name: string): string => {
  const known = fieldWords[name];
  if (known !== undefined) return known;
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replaceAll("_", " ")
    .toLowerCase();
  return words.slice(0, 1).toUpperCase() + words.slice(1);
};
