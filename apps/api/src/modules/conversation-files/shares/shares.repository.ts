import { Injectable } from "@nestjs/common";
import { maxShares } from "@mosaic/contracts/shares";
import { PrismaService, type PreparedStatement } from "../../../platform/database/prisma.service.js";
import { recordAudit } from "../../audit/audit-trail.js";
import type { NewShare, StoredOwnShare, StoredReceivedShare, StoredShare } from "./shares.types.js";

/** What did not make a share: there is no such conversation of theirs, they share much already, or nobody has these names. */
export type NotShared =
  | { readonly why: "not_found" | "too_many" }
  | { readonly why: "unknown_members"; readonly usernames: readonly string[] };

const maxReceived = 200;

/** Of an account that may be used, and a conversation that is not deleted: else a copy is as if it were not there. */
const live = `
  FROM conversation_shares s JOIN users o ON o.id = s.owner_id JOIN conversations v ON v.id = s.conversation_id
  WHERE o.disabled_at IS NULL AND o.deleting_at IS NULL AND v.deleted_at IS NULL`;
const columns = `s.id, s.owner_id AS "ownerId", o.display_name AS "ownerName", s.key_encrypted AS "keyEncrypted", s.created_at AS "createdAt"`;

const byToken: PreparedStatement = { name: "share_by_token", text: `SELECT ${columns} ${live} AND s.token_hash = $1` };
const linkById: PreparedStatement = { name: "share_link", text: `SELECT ${columns} ${live} AND s.id = $1 AND s.token_hash IS NOT NULL` };
const forReader: PreparedStatement = {
  name: "share_for_reader",
  text: `SELECT ${columns} ${live} AND s.id = $2 AND s.key_encrypted IS NOT NULL
    AND (s.owner_id = $1 OR EXISTS (SELECT 1 FROM conversation_share_members m WHERE m.share_id = s.id AND m.user_id = $1))`,
};
const received: PreparedStatement = {
  name: "shares_received",
  text: `SELECT s.id, s.owner_id AS "ownerId", o.display_name AS "ownerName", s.title_encrypted AS "titleEncrypted",
      s.message_count AS "messageCount", s.created_at AS "createdAt" ${live}
    AND s.id IN (SELECT m.share_id FROM conversation_share_members m WHERE m.user_id = $1 ORDER BY m.share_id DESC LIMIT ${String(maxReceived)})
    ORDER BY s.id DESC`,
};
const own: PreparedStatement = {
  name: "shares_own",
  text: `
    SELECT s.id, s.conversation_id AS "conversationId", CASE WHEN s.token_hash IS NULL THEN 'members' ELSE 'link' END AS kind,
      s.title_encrypted AS "titleEncrypted", s.message_count AS "messageCount", s.created_at AS "createdAt",
      ARRAY(SELECT u.display_name FROM conversation_share_members m JOIN users u ON u.id = m.user_id WHERE m.share_id = s.id ORDER BY u.display_name) AS members
    FROM conversation_shares s JOIN conversations v ON v.id = s.conversation_id
    WHERE s.owner_id = $1 AND v.deleted_at IS NULL ORDER BY s.id DESC LIMIT ${String(maxShares * 2)}`,
};
const page: PreparedStatement = {
  name: "shared_page",
  text: `SELECT content_encrypted AS "contentEncrypted" FROM shared_pages WHERE share_id = $1 AND place = $2`,
};

@Injectable()
export class SharesRepository {
  constructor(private readonly prisma: PrismaService) {}

  async create(ownerId: string, share: NewShare): Promise<NotShared | null> {
    const { id, conversationId, tokenHash, keyEncrypted, titleEncrypted, messageCount, usernames, pages, now } = share;
    return this.prisma.$transaction(async (tx) => {
      const [owned] = await tx.$queryRaw<{ count: number }[]>`
        SELECT (SELECT count(*)::int FROM conversation_shares WHERE owner_id = ${ownerId}::uuid) AS count FROM conversations
        WHERE id = ${conversationId}::uuid AND user_id = ${ownerId}::uuid AND deleted_at IS NULL FOR KEY SHARE`;
      if (owned === undefined || owned.count >= maxShares) {
        return { why: owned === undefined ? "not_found" : "too_many" };
      }
      const members = await tx.$queryRaw<{ id: string; username: string }[]>`
        SELECT id, username FROM users WHERE username = ANY(${usernames}::text[]) AND id <> ${ownerId}::uuid
          AND disabled_at IS NULL AND deleting_at IS NULL`;
      const unknown = usernames.filter((name) => !members.some(({ username }) => username === name));
      if (unknown.length > 0) {
        return { why: "unknown_members", usernames: unknown };
      }
      await tx.$executeRaw`
        INSERT INTO conversation_shares (id, owner_id, conversation_id, token_hash, key_encrypted, title_encrypted, message_count, created_at)
        VALUES (${id}::uuid, ${ownerId}::uuid, ${conversationId}::uuid, ${tokenHash}, ${keyEncrypted}, ${titleEncrypted}, ${messageCount}, ${now})`;
      await tx.$executeRaw`
        INSERT INTO conversation_share_members (share_id, user_id) SELECT ${id}::uuid, unnest(${members.map((member) => member.id)}::uuid[])`;
      await tx.$executeRaw`
        INSERT INTO shared_pages (share_id, place, content_encrypted)
        SELECT ${id}::uuid, p.place - 1, p.content FROM unnest(${pages}::text[]) WITH ORDINALITY AS p (content, place)`;
      const details = { kind: tokenHash === null ? "members" : "link", members: members.length, messages: messageCount };
      await recordAudit(tx, { action: "conversation.share", target: { type: "conversation", id: conversationId }, details });
      return null;
    });
  }

  /** False if the user shares no such copy. */
  async remove(ownerId: string, id: string): Promise<boolean> {
    return this.prisma.$transaction(async (tx) => {
      const [removed] = await tx.$queryRaw<{ conversationId: string }[]>`
        DELETE FROM conversation_shares WHERE id = ${id}::uuid AND owner_id = ${ownerId}::uuid RETURNING conversation_id AS "conversationId"`;
      if (removed !== undefined) {
        await recordAudit(tx, {
          action: "conversation.unshare",
          target: { type: "share", id },
          details: { conversationId: removed.conversationId },
        });
      }
      return removed !== undefined;
    });
  }

  /** The newest first. */
  async own(ownerId: string): Promise<StoredOwnShare[]> {
    return this.prisma.askPrepared<StoredOwnShare>(own, [ownerId]);
  }

  /** The newest first. */
  async received(userId: string): Promise<StoredReceivedShare[]> {
    return this.prisma.askPrepared<StoredReceivedShare>(received, [userId]);
  }

  /** One that is for this user by name, or that they share so. */
  async findFor(userId: string, id: string): Promise<StoredShare | null> {
    const [share] = await this.prisma.askPrepared<StoredShare>(forReader, [userId, id]);
    return share ?? null;
  }

  async findByToken(tokenHash: Uint8Array): Promise<StoredShare | null> {
    const [share] = await this.prisma.askPrepared<StoredShare>(byToken, [Buffer.from(tokenHash)]);
    return share ?? null;
  }

  /** One that is shared by link, for who has shown its token before. */
  async findLink(id: string): Promise<StoredShare | null> {
    const [share] = await this.prisma.askPrepared<StoredShare>(linkById, [id]);
    return share ?? null;
  }

  async page(id: string, place: number): Promise<string | null> {
    const [row] = await this.prisma.askPrepared<{ contentEncrypted: string }>(page, [id, place]);
    return row?.contentEncrypted ?? null;
  }
}
