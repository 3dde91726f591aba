/** On the key that ends a composition, Safari no longer says that it composes. */
const inputMethodKeyCode = 229;

/** While a word is being composed (Japanese, Chinese …), the keys belong to the input method. */
export const isComposing = (event: Pick<KeyboardEvent, "isComposing" | "keyCode">): boolean =>
  event.isComposing || event.keyCode === inputMethodKeyCode;
