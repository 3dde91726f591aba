import { AppError } from "../../platform/errors/app-error.js";
import type { StoredConversation } from "./conversations.types.js";

/** Where a conversation stands in its owner's list. */
export interface ListPlace {
  /** 2: pinned, 1: listed, 0: in the archive. */
  readonly rank: number;
  readonly updatedAt: Date;
  readonly id: string;
}

export function cursorOf({ id, pinnedAt, archivedAt, updatedAt }: StoredConversation): string {
  const unpinned = archivedAt === null ? 1 : 0;
  return `${pinnedAt === null ? unpinned : 2}.${updatedAt.getTime()}.${id}`;
}

/** Of a cursor of the contract's form. Throws `invalid_input` for one that the other list gave. */
export function placeOf(cursor: string, isArchived: boolean): ListPlace {
  const [rank = "", timeMs = "", id = ""] = cursor.split(".");
  if ((rank === "0") !== isArchived) {
    throw new AppError("invalid_input", {
      detail: "This cursor belongs to another list: a list and its archive have separate cursors. Ask for the first page again.",
    });
  }
  return { rank: Number(rank), updatedAt: new Date(Number(timeMs)), id };
}
