import type { StoredMessage } from "../conversations/conversations.types.js";

/** A conversation as its file tells it, still sealed. */
export interface StoredFile {
  readonly id: string;
  readonly titleEncrypted: string;
  readonly agentName: string;
  readonly agentEmoji: string;
  readonly pinnedAt: Date | null;
  readonly archivedAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A message's place in its conversation, without what it says. */
export interface MessagePlace {
  readonly id: string;
  readonly parentId: string | null;
  /** It is on the branch that is shown. */
  readonly isShown: boolean;
  /** Of what is sealed. */
  readonly bytes: number;
}

export type FileMessage = StoredMessage & { readonly status: Exclude<StoredMessage["status"], "streaming"> };
