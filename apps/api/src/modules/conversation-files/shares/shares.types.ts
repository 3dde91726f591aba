import type { ShareKind } from "@mosaic/contracts/shares";
import type { SealContext } from "../../crypto/sealed-box.js";

export const shareKeyContext = (ownerId: string, id: string): SealContext => ({
  owner: ownerId,
  field: `conversation_shares.key_encrypted:${id}`,
});
export const shareTitleContext = (ownerId: string, id: string): SealContext => ({
  owner: ownerId,
  field: `conversation_shares.title_encrypted:${id}`,
});

export interface StoredShare {
  readonly id: string;
  readonly ownerId: string;
  readonly ownerName: string;
  /** `null`: its secret is in the link alone. */
  readonly keyEncrypted: string | null;
  readonly createdAt: Date;
}

export interface StoredOwnShare {
  readonly id: string;
  readonly conversationId: string;
  readonly kind: ShareKind;
  readonly titleEncrypted: string;
  readonly members: readonly string[];
  readonly messageCount: number;
  readonly createdAt: Date;
}

/** One that others show to a member, as a list tells it: of the copy itself nothing is opened. */
export interface StoredReceivedShare {
  readonly id: string;
  readonly ownerId: string;
  readonly ownerName: string;
  readonly titleEncrypted: string;
  readonly messageCount: number;
  readonly createdAt: Date;
}

export interface NewShare {
  readonly id: string;
  readonly conversationId: string;
  readonly tokenHash: Uint8Array<ArrayBuffer> | null;
  readonly keyEncrypted: string | null;
  readonly titleEncrypted: string;
  readonly messageCount: number;
  readonly usernames: readonly string[];
  /** In their order. */
  readonly pages: readonly string[];
  readonly now: Date;
}
