"use client";

import { SearchDialog } from "@/features/chat/search/search-dialog";
import { usePaletteActions, type PaletteHandlers } from "@/features/palette/palette-actions";

/** The search, with what can be done above what was found. */
export function PaletteDialog(handlers: PaletteHandlers) {
  return <SearchDialog actions={usePaletteActions(handlers)} />;
}
