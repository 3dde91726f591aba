import type { FileType } from "@mosaic/contracts/files";
import { Injectable } from "@nestjs/common";
import { Prisma } from "../../generated/prisma/client.js";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { recordAudit } from "../audit/audit-trail.js";
import type { StoredFile } from "./files.types.js";

interface NewRow {
  readonly id: string;
  readonly userId: string;
  readonly nameEncrypted: string;
  readonly keyEncrypted: string;
  readonly sizeBytes: number;
  readonly made: { readonly messageId: string; readonly sourceMark: string } | null;
  readonly now: Date;
}

type Reservation = { readonly kind: "reserved" | "full" } | { readonly kind: "known"; readonly file: StoredFile | null };

/** Rows and pieces cost something, too. */
const leastBytes = 64 * 1024;
/** With all their pieces, in one transaction. */
const removedAtOnce = 50;
const columns = Prisma.sql`
  f.id, f.message_id AS "messageId", f.name_encrypted AS "nameEncrypted", f.key_encrypted AS "keyEncrypted", f.media_type AS "mediaType", f.size_bytes AS "sizeBytes"`;
/** What belongs to a conversation that was deleted is not there any more. */
const isThere = Prisma.sql`f.ready_at IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM messages m JOIN conversations v ON v.id = m.conversation_id WHERE m.id = f.message_id AND v.deleted_at IS NOT NULL)`;

/** Rows of files. */
@Injectable()
export class FilesRepository {
  constructor(private readonly prisma: PrismaService) {}

  async usedBytes(userId: string): Promise<number> {
    const [row] = await this.prisma.$queryRaw<{ usedBytes: number }[]>`${used(userId)}`;
    return row?.usedBytes ?? 0;
  }

  /**
   * Makes room for a file that comes. `full`: its owner has no room for it. `known`: what an agent made is stored already; `file` is it if it was made for
   * the same answer. What a process that died has begun to store for that answer goes. People's files are counted one after the other, so that no two
   * take the same room.
   */
  async reserve({ id, userId, nameEncrypted, keyEncrypted, sizeBytes, made, now }: NewRow, quotaBytes: number): Promise<Reservation> {
    return this.prisma.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT 1 FROM pg_advisory_xact_lock(hashtextextended(${`mosaic:files:${userId}`}, 0))`;
      const known = made === null ? null : await knownOf(tx, userId, made);
      if (known !== null) {
        return known;
      }
      const [row] = await tx.$queryRaw<{ usedBytes: number }[]>`${used(userId)}`;
      if ((row?.usedBytes ?? 0) + Math.max(sizeBytes, leastBytes) > quotaBytes) {
        return { kind: "full" };
      }
      await tx.$executeRaw`
        INSERT INTO files (id, user_id, message_id, name_encrypted, key_encrypted, media_type, size_bytes, source_mark, created_at)
        VALUES (${id}::uuid, ${userId}::uuid, ${made?.messageId ?? null}::uuid, ${nameEncrypted}, ${keyEncrypted}, 'application/octet-stream',
          ${sizeBytes}::int, ${made?.sourceMark ?? null}, ${now})`;
      return { kind: "reserved" };
    });
  }

  /** It is all there. An agent's own is not written into the audit: nobody did anything. */
  async finish(id: string, mediaType: FileType, now: Date): Promise<void> {
    await this.prisma.$transaction(async (tx) => {
      const [file] = await tx.$queryRaw<{ sizeBytes: number; isMade: boolean }[]>`
        UPDATE files SET ready_at = ${now}, media_type = ${mediaType} WHERE id = ${id}::uuid
        RETURNING size_bytes AS "sizeBytes", source_mark IS NOT NULL AS "isMade"`;
      if (file !== undefined && !file.isMade) {
        await recordAudit(tx, { action: "file.upload", target: { type: "file", id }, details: { sizeBytes: file.sizeBytes, mediaType } });
      }
    });
  }

  /** One that did not come to its end. */
  async drop(id: string): Promise<void> {
    await this.prisma.$executeRaw`DELETE FROM files WHERE id = ${id}::uuid AND ready_at IS NULL`;
  }

  /** `null` if the user has no such file. */
  async find(userId: string, id: string): Promise<StoredFile | null> {
    const [file] = await this.prisma.$queryRaw<StoredFile[]>`
      SELECT ${columns} FROM files f WHERE f.id = ${id}::uuid AND f.user_id = ${userId}::uuid AND ${isThere}`;
    return file ?? null;
  }

  /** Those of the user that go along with a message of this conversation: not sent yet, or sent in it before. */
  async findForMessage(userId: string, conversationId: string, ids: readonly string[]): Promise<StoredFile[]> {
    return this.prisma.$queryRaw<StoredFile[]>`
      SELECT ${columns} FROM files f WHERE f.id = ANY(${[...ids]}::uuid[]) AND f.user_id = ${userId}::uuid AND f.ready_at IS NOT NULL AND f.source_mark IS NULL
        AND (f.message_id IS NULL OR EXISTS (SELECT 1 FROM messages m WHERE m.id = f.message_id AND m.conversation_id = ${conversationId}::uuid))`;
  }

  /** One that was not sent. False if the user has none. */
  async removeDraft(userId: string, id: string): Promise<boolean> {
    return this.prisma.$transaction(async (tx) => {
      const removed = await tx.$executeRaw`DELETE FROM files WHERE id = ${id}::uuid AND user_id = ${userId}::uuid AND message_id IS NULL`;
      if (removed > 0) {
        await recordAudit(tx, { action: "file.delete", target: { type: "file", id } });
      }
      return removed > 0;
    });
  }

  /**
   * Removes what nobody has sent since `draftsUntil`, and what was begun before `unfinishedUntil` and did not come to its end. What another process
   * removes is left to it.
   */
  async removeLeft({ draftsUntil, unfinishedUntil }: { draftsUntil: Date; unfinishedUntil: Date }): Promise<void> {
    await this.removeAll(Prisma.sql`f.message_id IS NULL AND f.created_at < ${draftsUntil}`);
    await this.removeAll(Prisma.sql`f.ready_at IS NULL AND f.created_at < ${unfinishedUntil}`);
  }

  private async removeAll(which: Prisma.Sql): Promise<void> {
    let count: number;
    do {
      count = await this.prisma.$executeRaw`
        DELETE FROM files WHERE id IN (SELECT f.id FROM files f WHERE ${which} LIMIT ${removedAtOnce} FOR UPDATE SKIP LOCKED)`;
    } while (count === removedAtOnce);
  }
}

async function knownOf(
  tx: Prisma.TransactionClient,
  userId: string,
  { messageId, sourceMark }: { readonly messageId: string; readonly sourceMark: string },
): Promise<Reservation | null> {
  await tx.$executeRaw`
    DELETE FROM files f WHERE f.user_id = ${userId}::uuid AND f.source_mark = ${sourceMark} AND f.message_id = ${messageId}::uuid AND f.ready_at IS NULL`;
  const [file] = await tx.$queryRaw<StoredFile[]>`
    SELECT ${columns} FROM files f WHERE f.user_id = ${userId}::uuid AND f.source_mark = ${sourceMark}`;
  if (file === undefined) {
    return null;
  }
  return { kind: "known", file: file.messageId === messageId ? file : null };
}

function used(userId: string): Prisma.Sql {
  return Prisma.sql`
    SELECT COALESCE(sum(GREATEST(f.size_bytes, ${leastBytes})), 0)::float8 AS "usedBytes" FROM files f WHERE f.user_id = ${userId}::uuid`;
}
