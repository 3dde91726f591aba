import { Injectable } from "@nestjs/common";
import { Prisma } from "../../generated/prisma/client.js";
import { PrismaService } from "../../platform/database/prisma.service.js";
import type { StoredMessage } from "../conversations/conversations.types.js";

/** An answer to what a program asked before. */
export interface AskedAnswer extends StoredMessage {
  readonly asked: Buffer;
  /** It is on the path that is shown. */
  readonly isShown: boolean;
}

/** An answer, and where it is. */
export interface PlacedAnswer extends AskedAnswer {
  readonly conversationId: string;
  readonly agentId: string;
}

/** A message of a person's that follows another one on the path. */
export interface Follower {
  readonly questionId: string;
  /** `null`: it has none. */
  readonly answerId: string | null;
  /** As its program had asked it. `null`: no program did. */
  readonly asked: Buffer | null;
}

/** Of a message `m`. */
const columnsOfM = Prisma.sql`
  m.left_at IS NULL AS "isShown", m.id, m.role, m.content_encrypted AS "contentEncrypted", m.content_format AS "contentFormat", m.status,
  m.error_code AS "errorCode", m.error_detail AS "errorDetail", m.input_tokens AS "inputTokens", m.output_tokens AS "outputTokens",
  m.cached_tokens AS "cachedTokens", m.context_tokens AS "contextTokens", m.context_window AS "contextWindow", m.cost_micros::float8 AS "costMicros",
  m.model, m.agent_event_kind AS "agentEventKind", m.created_at AS "createdAt"`;

/** The conversations of people's programs, and what was said in them. */
@Injectable()
export class OpenAiConversationsRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** `null` if there is none by that key, or its owner deleted it. */
  async findConversation(userId: string, key: Buffer): Promise<string | null> {
    const [row] = await this.prisma.askNamed<{ id: string }>(
      "openai_find_conversation",
      Prisma.sql`
      SELECT v.id FROM openai_conversations o JOIN conversations v ON v.id = o.conversation_id
      WHERE o.user_id = ${userId}::uuid AND o.key = ${key} AND v.deleted_at IS NULL`,
    );
    return row?.id ?? null;
  }

  async hasConversation(userId: string, agentId: string, id: string): Promise<boolean> {
    const rows = await this.prisma.$queryRaw<unknown[]>`
      SELECT 1 FROM conversations WHERE id = ${id}::uuid AND user_id = ${userId}::uuid AND agent_id = ${agentId}::uuid AND deleted_at IS NULL`;
    return rows.length > 0;
  }

  /** From now on the key means this conversation. */
  async bind(userId: string, key: Buffer, conversationId: string): Promise<void> {
    await this.prisma.$executeRaw`
      INSERT INTO openai_conversations (user_id, key, conversation_id) VALUES (${userId}::uuid, ${key}, ${conversationId}::uuid)
      ON CONFLICT (user_id, key) DO UPDATE SET conversation_id = EXCLUDED.conversation_id`;
  }

  /** The newest answers to what was asked in one of these ways. */
  async findAnswers(conversationId: string, asked: readonly Buffer[], limit: number): Promise<AskedAnswer[]> {
    return this.prisma.askNamed<AskedAnswer>(
      "openai_find_answers",
      Prisma.sql`
      SELECT t.asked, ${columnsOfM}
      FROM openai_turns t JOIN messages m ON m.id = t.answer_id
      WHERE t.conversation_id = ${conversationId}::uuid AND t.asked = ANY(${[...asked]}::bytea[]) AND m.conversation_id = t.conversation_id
      ORDER BY m.id DESC LIMIT ${limit}::int`,
    );
  }

  /** `null`: the person has no such answer. `asked` of one that no program asked for is its own id: the history before it is like no other. */
  async findAnswer(userId: string, answerId: string): Promise<PlacedAnswer | null> {
    const [row] = await this.prisma.askNamed<PlacedAnswer>(
      "openai_find_answer",
      Prisma.sql`
      SELECT COALESCE(t.asked, uuid_send(m.id)) AS asked, v.id AS "conversationId", v.agent_id AS "agentId", ${columnsOfM}
      FROM messages m JOIN conversations v ON v.id = m.conversation_id LEFT JOIN openai_turns t ON t.answer_id = m.id
      WHERE m.id = ${answerId}::uuid AND m.role = 'assistant' AND m.agent_event_kind IS NULL
        AND v.user_id = ${userId}::uuid AND v.deleted_at IS NULL`,
    );
    return row ?? null;
  }

  /** The first message of its owner's on the path after this one; without an id, of the whole path. `null`: there is none. */
  async findFollower(conversationId: string, afterId: string | null): Promise<Follower | null> {
    const [row] = await this.prisma.askNamed<Follower>(
      "openai_find_follower",
      Prisma.sql`
      SELECT q.id AS "questionId", a.id AS "answerId", t.asked
      FROM messages q
      LEFT JOIN LATERAL (
        SELECT m.id FROM messages m WHERE m.conversation_id = q.conversation_id AND m.left_at IS NULL AND m.id > q.id AND m.role = 'assistant'
          AND m.agent_event_kind IS NULL ORDER BY m.id LIMIT 1) a ON true
      LEFT JOIN openai_turns t ON t.answer_id = a.id
      WHERE q.conversation_id = ${conversationId}::uuid AND q.left_at IS NULL AND q.role = 'user'
        AND (${afterId}::uuid IS NULL OR q.id > ${afterId}::uuid)
      ORDER BY q.id LIMIT 1`,
    );
    return row ?? null;
  }

  /** What its program told with the newest turn on the path, before this message. `null`: nothing. */
  async toldBefore(conversationId: string, beforeId: string | null): Promise<Buffer | null> {
    const [row] = await this.prisma.askNamed<{ told: Buffer | null }>(
      "openai_told_before",
      Prisma.sql`
      SELECT t.told FROM messages m JOIN openai_turns t ON t.answer_id = m.id
      WHERE m.conversation_id = ${conversationId}::uuid AND m.left_at IS NULL AND (${beforeId}::uuid IS NULL OR m.id < ${beforeId}::uuid)
      ORDER BY m.id DESC LIMIT 1`,
    );
    return row?.told ?? null;
  }
}
