import { m } from "@messages/palette";

/** A key alone could be spoken by somebody who dictates, or hit by a hand that shakes: all of those can be switched off (WCAG 2.1.4). */
interface Shortcut {
  /** `Mod` is Ctrl, and ⌘ on a Mac. */
  readonly keys: readonly string[];
  readonly says: string;
  readonly isSingle: boolean;
}

/** Those that work on every page behind the sign-in. */
const everywhere = {
  palette: { keys: ["Mod", "K"], says: m.searchAndDoSomething, isSingle: false },
  list: { keys: ["?"], says: m.showTheseShortcuts, isSingle: true },
  newChat: { keys: ["N"], says: m.startANewChat, isSingle: true },
  field: { keys: ["/"], says: m.goToTheMessageField, isSingle: true },
} as const satisfies Record<string, Shortcut>;

export type ShortcutId = keyof typeof everywhere;

/** Where the keys belong to one part of the page, which handles them itself. */
const inParts: readonly Shortcut[] = [
  { keys: ["Enter"], says: m.sendTheMessageOrQueue, isSingle: false },
  { keys: [m.shift, "Enter"], says: m.startANewLine, isSingle: false },
  { keys: ["Escape"], says: m.stopTheAnswer, isSingle: false },
  { keys: ["↑", "↓"], says: m.moveInTheListOf, isSingle: false },
  { keys: ["→"], says: m.openTheActionsOfA, isSingle: false },
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
