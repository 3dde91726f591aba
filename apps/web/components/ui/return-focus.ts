import { useRef } from "react";

interface FocusHandlers {
  readonly onOpenAutoFocus: () => void;
  readonly onCloseAutoFocus: (event: Event) => void;
}

/**
 * Of a dialog: gives the focus back to what had it before. Radix gives it back to a trigger of its own only, and these dialogs are opened by any button
 * or key. `onReturnFocus` knows better, as where a menu's item is gone by then.
 */
export const useReturnFocus = (onReturnFocus?: () => void): FocusHandlers => {
  const opener = useRef<Element | null>(null);
  return {
    onOpenAutoFocus: () => {
      opener.current = buttonOf(document.activeElement);
    },
    onCloseAutoFocus: (event) => {
      event.preventDefault();
      if (onReturnFocus) onReturnFocus();
      else giveBack(opener.current);
    },
  };
};

/** A menu is gone by the end of a dialog that one of its items opens: its button is there. */
const buttonOf = (opener: Element | null): Element | null => {
  const labelledBy = opener?.closest("[role=menu]")?.getAttribute("aria-labelledby");
  return labelledBy == null ? opener : document.getElementById(labelledBy);
};

const giveBack = (opener: Element | null): void => {
  // Another dialog, or the field of the next page, has taken it.
  if (document.activeElement !== null && document.activeElement !== document.body) return;
  const isThere = opener instanceof HTMLElement && opener.isConnected && opener !== document.body;
  // What asked may be gone, as the button of what was deleted is.
  if (isThere) opener.focus();
  // Nor does one that is disabled or hidden by now take it.
  if (!isThere || document.activeElement !== opener) document.getElementById("main")?.focus({ preventScroll: true });
};
