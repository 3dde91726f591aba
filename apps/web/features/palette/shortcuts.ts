/** A key alone could be spoken by somebody who dictates, or hit by a hand that shakes: all of those can be switched off (WCAG 2.1.4). */
interface Shortcut {
  /** `Mod` is Ctrl, and ⌘ on a Mac. */
  readonly keys: readonly string[];
  readonly says: string;
  readonly isSingle: boolean;
}

/** Those that work on every page behind the sign-in. */
const everywhere = {
  palette: { keys: ["Mod", "K"], says: "Search, and do something", isSingle: false },
  list: { keys: ["?"], says: "Show these shortcuts", isSingle: true },
  newChat: { keys: ["N"], says: "Start a new chat", isSingle: true },
  field: { keys: ["/"], says: "Go to the message field", isSingle: true },
} as const satisfies Record<string, Shortcut>;

export type ShortcutId = keyof typeof everywhere;

/** Where the keys belong to one part of the page, which handles them itself. */
const inParts: readonly Shortcut[] = [
  { keys: ["Enter"], says: "Send the message, or queue it during an answer", isSingle: false },
  { keys: ["Shift", "Enter"], says: "Start a new line", isSingle: false },
  { keys: ["Escape"], says: "Stop the answer", isSingle: false },
  { keys: ["↑", "↓"], says: "Move in the list of conversations", isSingle: false },
  { keys: ["→"], says: "Open the actions of a conversation", isSingle: false },
];

export const allShortcuts: readonly Shortcut[] = [...Object.values(everywhere), ...inParts];

const ids = ["palette", "list", "newChat", "field"] as const satisfies readonly ShortcutId[];

type Keys = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

/** What the keys mean. By the letter and not by its place, so that it is the same on every keyboard. */
export const shortcutOf = (
  { key, ctrlKey, metaKey, altKey, shiftKey }: Keys,
  isTyping: boolean,
  hasSingleKeys: boolean,
): ShortcutId | null => {
  if (altKey) return null;
  const hasMod = ctrlKey || metaKey;
  const found = ids.find((id) => {
    const { keys, isSingle } = everywhere[id];
    const last = keys.at(-1) ?? "";
    if (key.toUpperCase() !== last || isSingle === hasMod) return false;
    // A sign may need Shift on its keyboard; a letter with it is another one.
    return !(shiftKey && /^\p{L}$/u.test(key));
  });
  if (found === undefined) return null;
  return everywhere[found].isSingle && (isTyping || !hasSingleKeys) ? null : found;
};

/** Where letters are text, or choose an entry by its beginning. */
export const isTypingIn = (target: EventTarget | null): boolean =>
  target instanceof Element &&
  target.closest("input, textarea, select, [contenteditable], [role=textbox], [role=combobox], [role=listbox], [role=menu]") !== null;

export const keysOf = (id: ShortcutId, modifier: string): string => wordsOfKeys(everywhere[id].keys, modifier);

export const wordsOfKeys = (keys: readonly string[], modifier: string): string =>
  keys.map((key) => (key === "Mod" ? modifier : key)).join(" ");
