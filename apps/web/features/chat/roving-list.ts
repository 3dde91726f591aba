"use client";

import { useCallback, useLayoutEffect, useRef, useState, type FocusEvent, type KeyboardEvent, type RefObject } from "react";

export interface RovingList {
  /** The one row that Tab reaches. */
  readonly tabStop: string | undefined;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly onFocus: (event: FocusEvent) => void;
  readonly onBlur: (event: FocusEvent) => void;
  readonly focusRow: (id: string) => void;
  /** As soon as the row is there, unless somebody is busy elsewhere by then. */
  readonly focusRowLater: (id: string) => void;
}

/** What of a row takes the focus. */
const rowSelector = (id: string): string => `[data-row="${id}"]`;

/**
 * One Tab stop for a list of rows, in which the arrows, Home and End move. A row that goes while it has the focus leaves it to the one that takes
 * its place, and what brings more rows to the first new one. `ids` are the rows from top to bottom; `preferred` is the Tab stop before anybody was in the list.
 */
export const useRovingList = (
  list: RefObject<HTMLElement | null>,
  { ids, preferred, onMenu }: { readonly ids: readonly string[]; readonly preferred: string | null; readonly onMenu: (id: string) => void },
): RovingList => {
  const [lastId, setLastId] = useState<string | null>(null);
  /** Where the focus is in the list. */
  const place = useRef<Place | null>(null);
  const wanted = useRef<string | null>(null);
  const focusRow = useCallback((id: string): void => list.current?.querySelector<HTMLElement>(rowSelector(id))?.focus(), [list]);
  const focusRowLater = useCallback((id: string): void => {
    wanted.current = id;
  }, []);
  useLayoutEffect(() => {
    const next = [wanted.current, rowAt(place.current, ids)].find((id) => id !== null && ids.includes(id));
    if (next !== undefined && next !== null) {
      const isWanted = next === wanted.current;
      if (isWanted) wanted.current = null;
      if (isWanted ? isFreeToGo(list.current) : place.current !== null && document.activeElement === document.body) focusRow(next);
    }
    if (place.current?.id === null) place.current.known = new Set(ids);
  }, [ids, list, focusRow]);
  return {
    tabStop: [lastId, preferred].find((id) => id !== null && ids.includes(id)) ?? ids[0],
    onKeyDown: (event) => {
      const id = event.target instanceof HTMLElement ? event.target.dataset["row"] : undefined;
      if (id === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      const next = rowAfter(event.key, ids, id);
      if (next !== undefined) focusRow(next);
      else if (isMenuKey(event)) onMenu(id);
      else return;
      event.preventDefault();
    },
    onFocus: (event) => {
      const id = event.target.closest<HTMLElement>("[data-row-of]")?.dataset["rowOf"] ?? null;
      place.current = { id, index: id === null ? ids.length : ids.indexOf(id), known: new Set(id === null ? ids : []) };
      if (id !== null) setLastId(id);
    },
    onBlur: (event) => {
      if (!event.currentTarget.contains(event.relatedTarget)) place.current = null;
    },
    focusRow,
    focusRowLater,
  };
};

/** Nothing has the focus, or the list, or a message at the page's edge. */
const isFreeToGo = (list: HTMLElement | null): boolean => {
  const active = document.activeElement;
  const isInMessage = active?.closest("[data-sonner-toaster]") != null;
  // Whoever leaves a message is led back to where they came from; only then can they go on.
  if (isInMessage && active instanceof HTMLElement) active.blur();
  return isInMessage || active === document.body || list?.contains(active) === true;
};

interface Place {
  /** `null`: on no row, but on what brings more of them. */
  readonly id: string | null;
  readonly index: number;
  /** The rows before more of them come. */
  known: ReadonlySet<string>;
}

const rowAt = (place: Place | null, ids: readonly string[]): string | null => {
  if (place === null) return null;
  if (place.id !== null && ids.includes(place.id)) return place.id;
  const more = place.id === null ? ids.find((id) => !place.known.has(id)) : undefined;
  return more ?? ids[Math.min(place.index, ids.length - 1)] ?? null;
};

const rowAfter = (key: string, ids: readonly string[], id: string): string | undefined => {
  const index = ids.indexOf(id);
  if (key === "ArrowDown") return ids[Math.min(index + 1, ids.length - 1)];
  if (key === "ArrowUp") return ids[Math.max(index - 1, 0)];
  if (key === "Home") return ids[0];
  return key === "End" ? ids.at(-1) : undefined;
};

const isMenuKey = ({ key, shiftKey }: KeyboardEvent): boolean =>
  key === "ArrowRight" || key === "ContextMenu" || (key === "F10" && shiftKey);
