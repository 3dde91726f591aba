import { Injectable } from "@nestjs/common";
import { PrismaService, type PreparedStatement } from "../../platform/database/prisma.service.js";
import type { IndexedMessage, IndexedTitle, UnindexedMessage, UnindexedTitle } from "./search.types.js";

/** The newest first: what was just said is found at once, whatever is left of an upgrade. The first one comes however long it is. */
const messagesToIndex: PreparedStatement = {
  name: "messages_to_index",
  text: `
    SELECT m.id, m.user_id AS "userId", m.is_listed AS "isListed", m.version, m.content_encrypted AS "contentEncrypted", m.content_format AS "contentFormat"
    FROM (
      SELECT next.*, row_number() OVER ordered AS place, sum(octet_length(next.content_encrypted)) OVER ordered AS bytes
      FROM (
        SELECT m.id, v.user_id, v.is_listed, m.xmin::text AS version, m.content_encrypted, m.content_format
        FROM messages m JOIN conversations v ON v.id = m.conversation_id
        WHERE NOT m.is_indexed AND m.status <> 'streaming' ORDER BY m.id DESC LIMIT $1
      ) next
      WINDOW ordered AS (ORDER BY next.id DESC)
    ) m
    WHERE place = 1 OR bytes <= $2::bigint`,
};

/**
 * What has been written since it was read stays for the next time, and so does what somebody holds: never waiting for a row, this is in nobody's
 * way who waits for several.
 */
const indexMessages: PreparedStatement = {
  name: "index_messages",
  text: `
    WITH entry AS (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) AS e (id, user_id, version, tokens)),
    free AS (
      SELECT m.id FROM entry JOIN messages m ON m.id = entry.id WHERE m.xmin = entry.version::xid FOR NO KEY UPDATE OF m SKIP LOCKED),
    done AS (UPDATE messages m SET is_indexed = true FROM free WHERE m.id = free.id RETURNING m.id),
    entered AS (
      INSERT INTO search_messages (message_id, user_id, tokens)
      SELECT done.id, entry.user_id, array_to_tsvector(string_to_array(entry.tokens, ' ')) FROM done JOIN entry ON entry.id = done.id
      WHERE entry.tokens IS NOT NULL
      ON CONFLICT (message_id) DO UPDATE SET tokens = excluded.tokens)
    SELECT 1 FROM done`,
};

/** The end of a sealed value, which each sealing has for itself. Also in the index `conversations_to_index_idx`. */
const endOfTitle = "right(title_encrypted, 24)";

const titlesToIndex: PreparedStatement = {
  name: "titles_to_index",
  text: `
    SELECT id, user_id AS "userId", is_listed AS "isListed", title_encrypted AS "titleEncrypted" FROM conversations
    WHERE indexed_title IS DISTINCT FROM ${endOfTitle} ORDER BY id DESC LIMIT $1`,
};

const indexTitles: PreparedStatement = {
  name: "index_titles",
  text: `
    WITH entry AS (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) AS e (id, user_id, title, tokens)),
    free AS (
      SELECT v.id FROM entry JOIN conversations v ON v.id = entry.id WHERE v.title_encrypted = entry.title AND v.is_listed = (entry.tokens IS NOT NULL)
      FOR NO KEY UPDATE OF v SKIP LOCKED),
    done AS (UPDATE conversations v SET indexed_title = ${endOfTitle} FROM free WHERE v.id = free.id RETURNING v.id),
    entered AS (
      INSERT INTO search_titles (conversation_id, user_id, tokens)
      SELECT done.id, entry.user_id, array_to_tsvector(string_to_array(entry.tokens, ' ')) FROM done JOIN entry ON entry.id = done.id
      WHERE entry.tokens IS NOT NULL
      ON CONFLICT (conversation_id) DO UPDATE SET tokens = excluded.tokens)
    SELECT 1 FROM done`,
};

/** What is to be indexed, and the index. A row is marked in the statement that indexes it, so neither is ever without the other. */
@Injectable()
export class SearchIndexRepository {
  constructor(private readonly prisma: PrismaService) {}

  async messagesToIndex(limit: number, sealedBytes: number): Promise<UnindexedMessage[]> {
    return this.prisma.askPrepared<UnindexedMessage>(messagesToIndex, [limit, sealedBytes]);
  }

  /** Tells how many were, and how many were passed over. */
  async indexMessages(messages: readonly IndexedMessage[]): Promise<number> {
    const rows = await this.prisma.askPrepared(indexMessages, [
      messages.map(({ id }) => id),
      messages.map(({ userId }) => userId),
      messages.map(({ version }) => version),
      messages.map(({ tokens }) => tokens),
    ]);
    return rows.length;
  }

  /** Of conversations that have another title than the one that was indexed, or the same one sealed anew. */
  async titlesToIndex(limit: number): Promise<UnindexedTitle[]> {
    return this.prisma.askPrepared<UnindexedTitle>(titlesToIndex, [limit]);
  }

  async indexTitles(titles: readonly IndexedTitle[]): Promise<number> {
    const rows = await this.prisma.askPrepared(indexTitles, [
      titles.map(({ id }) => id),
      titles.map(({ userId }) => userId),
      titles.map(({ titleEncrypted }) => titleEncrypted),
      titles.map(({ tokens }) => tokens),
    ]);
    return rows.length;
  }
}
