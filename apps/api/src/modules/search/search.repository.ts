import { Injectable } from "@nestjs/common";
import { PrismaService, type PreparedStatement } from "../../platform/database/prisma.service.js";
import type { Candidate, FoundMessage, FoundTitle } from "./search.types.js";

/**
 * All that has the tokens is collected by the index first, however much that is: walking the newest messages instead would read the tokens of each.
 * Ids grow with time.
 */
const candidateMessages: PreparedStatement = {
  name: "search_candidates",
  text: `
    WITH found AS MATERIALIZED (SELECT message_id, user_id FROM search_messages WHERE tokens @@ $2::tsquery),
    newest AS (
      SELECT message_id FROM found WHERE user_id = $1 AND message_id < $3 ORDER BY message_id DESC LIMIT $4)
    SELECT newest.message_id AS id, octet_length(m.content_encrypted) AS "sealedBytes"
    FROM newest LEFT JOIN (messages m JOIN conversations v ON v.id = m.conversation_id AND v.user_id = $1 AND v.deleted_at IS NULL AND v.is_listed)
      ON m.id = newest.message_id AND m.status <> 'streaming'
    ORDER BY newest.message_id DESC`,
};

const foundMessages: PreparedStatement = {
  name: "search_messages_of_user",
  text: `
    SELECT m.id, m.role, m.content_encrypted AS "contentEncrypted", m.content_format AS "contentFormat", m.created_at AS "createdAt",
      v.id AS "conversationId", v.agent_id AS "agentId", v.title_encrypted AS "titleEncrypted"
    FROM messages m JOIN conversations v ON v.id = m.conversation_id
    WHERE m.id = ANY($2::uuid[]) AND v.user_id = $1 AND v.deleted_at IS NULL AND v.is_listed ORDER BY m.id DESC`,
};

const foundTitles: PreparedStatement = {
  name: "search_titles_of_user",
  text: `
    WITH found AS MATERIALIZED (SELECT conversation_id, user_id FROM search_titles WHERE tokens @@ $2::tsquery)
    SELECT v.id AS "conversationId", v.agent_id AS "agentId", v.title_encrypted AS "titleEncrypted"
    FROM found JOIN conversations v ON v.id = found.conversation_id
    WHERE found.user_id = $1 AND v.user_id = $1 AND v.deleted_at IS NULL AND v.is_listed ORDER BY v.updated_at DESC, v.id DESC LIMIT $3`,
};

const olderToIndex: PreparedStatement = {
  name: "search_is_behind",
  text: `SELECT EXISTS (SELECT 1 FROM messages WHERE NOT is_indexed AND status <> 'streaming' AND id < $1) AS "isBehind"`,
};

/** Reads the index. What it names may have none of the words: tokens are cut short, and may be of a text before. */
@Injectable()
export class SearchRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** The newest ones before `before`, newest first. `tokens`: a `tsquery`. */
  async candidates(userId: string, tokens: string, before: string, limit: number): Promise<Candidate[]> {
    return this.prisma.askPrepared<Candidate>(candidateMessages, [userId, tokens, before, limit]);
  }

  /** Newest first. */
  async messages(userId: string, ids: readonly string[]): Promise<FoundMessage[]> {
    return this.prisma.askPrepared<FoundMessage>(foundMessages, [userId, ids]);
  }

  /** Those spoken in last first. */
  async titles(userId: string, tokens: string, limit: number): Promise<FoundTitle[]> {
    return this.prisma.askPrepared<FoundTitle>(foundTitles, [userId, tokens, limit]);
  }

  /** Whether any final message with an id below this one is not indexed yet. */
  async isBehind(id: string): Promise<boolean> {
    const [row] = await this.prisma.askPrepared<{ isBehind: boolean }>(olderToIndex, [id]);
    return row?.isBehind === true;
  }
}
