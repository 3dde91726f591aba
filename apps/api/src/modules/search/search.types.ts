import type { MessageRole } from "@mosaic/contracts/chat";
import type { SealedContent } from "../conversations/conversations.types.js";
import type { SealContext } from "../crypto/sealed-box.js";

export const searchKeyContext = (userId: string): SealContext => ({ owner: userId, field: `search_keys.key_encrypted:${userId}` });

/** Something that is to be indexed, as it was when it was read. */
export interface UnindexedMessage extends SealedContent {
  readonly id: string;
  readonly userId: string;
  /** Else nothing of it is to be found. */
  readonly isListed: boolean;
  /** Of the row: another one has been written since. */
  readonly version: string;
}

export interface UnindexedTitle {
  readonly id: string;
  readonly userId: string;
  readonly isListed: boolean;
  readonly titleEncrypted: string;
}

/** `tokens`: parted by spaces; empty for what can't be read; `null`: it is passed over. */
export interface IndexedMessage extends Pick<UnindexedMessage, "id" | "userId" | "version"> {
  readonly tokens: string | null;
}

export interface IndexedTitle extends Omit<UnindexedTitle, "isListed"> {
  readonly tokens: string | null;
}

export interface FoundTitle {
  readonly conversationId: string;
  readonly agentId: string;
  readonly titleEncrypted: string;
}

/** A message that has all tokens. `sealedBytes` is `null` if it is not to be shown. */
export interface Candidate {
  readonly id: string;
  readonly sealedBytes: number | null;
}

export interface FoundMessage extends FoundTitle, SealedContent {
  readonly id: string;
  readonly role: MessageRole;
  readonly createdAt: Date;
}
