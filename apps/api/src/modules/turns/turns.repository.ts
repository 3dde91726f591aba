import type { AnswerUsage } from "@mosaic/contracts/message-parts";
import { Injectable } from "@nestjs/common";
import { Prisma } from "../../generated/prisma/client.js";
import { isProcessAliveSql } from "../../platform/api-process/process-lock.js";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { AppError } from "../../platform/errors/app-error.js";
import type { Notice } from "../../platform/notices/channels.js";
import { sending } from "../../platform/notices/notices.js";
import { recordAudit } from "../audit/audit-trail.js";
import { pushing } from "../push/due-pushes.js";
import type { AnswerEnd, BegunTurn, SealedContent } from "../conversations/conversations.types.js";
import {
  beginning,
  beginResultOf,
  tellingOwner,
  type BeginningRow,
  type BeginResult,
  type NewTurn,
  type TurnPlace,
} from "./turn-beginning.js";

export interface SealedAnswer extends SealedContent {
  readonly usage: AnswerUsage | null;
}

export interface OrphanedTurn extends BegunTurn {
  readonly processId: string | null;
  /** By its owner, who may have deleted the conversation. */
  readonly isStopRequested: boolean;
  /** They have not asked for its end, but deleted the conversation. */
  readonly isDeleted: boolean;
}

export interface LiveTurn {
  readonly answerId: string;
  readonly isStopRequested: boolean;
  readonly isOver: boolean;
  readonly processId: string | null;
}

/** Each lost to another beginning of the same person at the same moment, on another process. */
const mostBeginnings = 20;
const orphansAtOnce = 200;

/** The rows of turns in flight: an answer is `streaming` from its beginning to its end. */
@Injectable()
export class TurnsRepository {
  constructor(private readonly prisma: PrismaService) {}

  /**
   * Stores both messages of a turn, if the conversation is the user's, answers nothing else, and the user has not too many in flight, and takes it out
   * of the archive. One statement, which is either all or nothing, and says how the agent's container is at that moment.
   */
  async begin(turn: NewTurn): Promise<BeginResult> {
    for (let attempt = 1; ; attempt += 1) {
      const [found] = await this.prisma.askNamed<BeginningRow>("begin_turn", beginning(turn));
      const result = found === undefined ? ({ kind: "not_found" } as const) : beginResultOf(found, turn.maxPerUser);
      if (result !== null) {
        return result;
      }
      if (attempt === mostBeginnings) {
        throw new AppError("overloaded", {
          detail: "You have sent many messages at once. This one was not stored: send it again.",
          retryAfterSeconds: 1,
        });
      }
    }
  }

  /** Renames a conversation, unless its owner has renamed it meanwhile. Returns whether it did. */
  async retitle({ userId, conversationId }: TurnPlace, former: string, titleEncrypted: string): Promise<boolean> {
    const rows = await this.prisma.askNamed(
      "retitle_conversation",
      Prisma.sql`
      UPDATE conversations SET title_encrypted = ${titleEncrypted}
      WHERE id = ${conversationId}::uuid AND user_id = ${userId}::uuid AND title_encrypted = ${former} RETURNING 1`,
    );
    return rows.length > 0;
  }

  /**
   * The end of a turn, said by the process that ran it: it knows better than another one that took it for dead. Its log goes, the agent was used
   * until now, and every process and page is told, in one statement. `hasWaiting`: messages may wait for this end. `null` if the answer is gone.
   */
  async finish(
    turn: TurnPlace & { readonly agentId: string },
    { contentEncrypted, contentFormat, usage }: SealedAnswer,
    { status, error }: AnswerEnd,
    now: Date,
  ): Promise<{ readonly hasWaiting: boolean } | null> {
    const rows = await this.prisma.askNamed<{ hasWaiting: boolean }>(
      "finish_turn",
      Prisma.sql`
      WITH ended AS (
        UPDATE messages SET content_encrypted = ${contentEncrypted}, content_format = ${contentFormat}, status = ${status}, is_indexed = false,
          error_code = ${error?.code ?? null}, error_detail = ${error?.detail ?? null},
          input_tokens = ${usage?.inputTokens ?? null}, output_tokens = ${usage?.outputTokens ?? null}, cached_tokens = ${usage?.cachedTokens ?? null},
          context_tokens = ${usage?.contextTokens ?? null}, context_window = ${usage?.contextWindow ?? null},
          cost_micros = ${usage?.costMicros ?? null}, model = ${usage?.model ?? null}
        WHERE id = ${turn.answerId}::uuid RETURNING conversation_id, status),
      pushed AS (${pushingEnd(turn)}),
      dropped AS (DELETE FROM turn_events WHERE message_id = ${turn.answerId}::uuid),
      moved AS (UPDATE conversations v SET updated_at = ${now}, ${unreadBy(turn.answerId)} FROM ended WHERE v.id = ended.conversation_id),
      used AS (UPDATE agent_containers SET last_active_at = ${now}, updated_at = ${now} WHERE agent_id = ${turn.agentId}::uuid)
      SELECT ${overNotices(turn)}, EXISTS (SELECT 1 FROM waiting_messages w WHERE w.conversation_id = ended.conversation_id) AS "hasWaiting"
      FROM ended JOIN conversations v ON v.id = ended.conversation_id`,
    );
    return rows[0] ?? null;
  }

  /** Remembers and tells every process that the owner wants the end. `null` if they have no such answer; false if it had ended already. Idempotent. */
  async requestStop(userId: string, answerId: string, now: Date): Promise<boolean | null> {
    return this.prisma.$transaction(async (tx) => {
      const [turn] = await tx.$queryRaw<{ conversationId: string; isStreaming: boolean; isRequested: boolean }[]>`
        SELECT m.conversation_id AS "conversationId", m.status = 'streaming' AS "isStreaming", m.stop_requested_at IS NOT NULL AS "isRequested"
        FROM messages m JOIN conversations v ON v.id = m.conversation_id
        WHERE m.id = ${answerId}::uuid AND m.role = 'assistant' AND v.user_id = ${userId}::uuid AND v.deleted_at IS NULL FOR NO KEY UPDATE OF m`;
      if (turn?.isStreaming !== true) {
        return turn === undefined ? null : false;
      }
      await tx.$executeRaw`
        WITH asked AS (UPDATE messages SET stop_requested_at = COALESCE(stop_requested_at, ${now}) WHERE id = ${answerId}::uuid RETURNING 1)
        SELECT ${sending({ channel: "mosaic_turns", payload: { what: "stop", answerId } })} FROM asked`;
      if (!turn.isRequested) {
        const details = { conversationId: turn.conversationId };
        await recordAudit(tx, { action: "message.stop", target: { type: "message", id: answerId }, details });
      }
      return true;
    });
  }

  /** Which of these are still there, and in a conversation that was not deleted. */
  async findLive(answerIds: readonly string[]): Promise<LiveTurn[]> {
    return this.prisma.$queryRaw<LiveTurn[]>`
      SELECT m.id AS "answerId", m.stop_requested_at IS NOT NULL AS "isStopRequested", m.status <> 'streaming' AS "isOver", m.process_id AS "processId"
      FROM messages m JOIN conversations v ON v.id = m.conversation_id WHERE m.id = ANY(${[...answerIds]}::uuid[]) AND v.deleted_at IS NULL`;
  }

  /**
   * Turns that nobody runs any more, some at a time. Those are this process' own that are not in `liveIds`, and, if `canJudgeOthers`, those
   * whose process does not hold its lock.
   */
  async findOrphans(processId: string, liveIds: readonly string[], canJudgeOthers: boolean): Promise<OrphanedTurn[]> {
    const ofDeadProcess = canJudgeOthers
      ? Prisma.sql`OR (m.process_id IS DISTINCT FROM ${processId}::uuid AND NOT ${Prisma.raw(isProcessAliveSql("m.process_id"))})`
      : Prisma.empty;
    return this.prisma.$queryRaw<OrphanedTurn[]>`
      SELECT m.id AS "answerId", m.conversation_id AS "conversationId", v.user_id AS "userId", m.process_id AS "processId",
        v.agent_id AS "agentId", a.owner_id IS NOT NULL AS "isOwned", m.created_at AS "answerCreatedAt", COALESCE(
          (SELECT s.agent_session FROM messages s WHERE s.conversation_id = v.id AND s.left_at IS NULL AND s.agent_session IS NOT NULL ORDER BY s.id DESC LIMIT 1),
          v.id::text) AS session,
        m.stop_requested_at IS NOT NULL OR v.deleted_at IS NOT NULL AS "isStopRequested",
        m.stop_requested_at IS NULL AND v.deleted_at IS NOT NULL AS "isDeleted"
      FROM messages m JOIN conversations v ON v.id = m.conversation_id JOIN agents a ON a.id = v.agent_id
      WHERE m.status = 'streaming'
        AND ((m.process_id = ${processId}::uuid AND NOT (m.id = ANY(${[...liveIds]}::uuid[]))) ${ofDeadProcess})
      LIMIT ${orphansAtOnce}`;
  }

  /** False if it has ended, is to stop, or has another process by now. */
  async takeOver({ answerId, processId }: OrphanedTurn, byProcessId: string): Promise<boolean> {
    const rows = await this.prisma.$executeRaw`
      UPDATE messages SET process_id = ${byProcessId}::uuid
      WHERE id = ${answerId}::uuid AND status = 'streaming' AND stop_requested_at IS NULL AND process_id IS NOT DISTINCT FROM ${processId}::uuid`;
    return rows > 0;
  }

  /**
   * Ends a turn in the place of the process that ran it, as stopped if its owner has asked for that by now; without `content` what is stored stays. Where
   * the agent `isSilent` it may not have the message, so the next turn tells it again what it has said by itself. False if it has ended meanwhile.
   */
  async endOrphan(
    turn: OrphanedTurn,
    { content, isSilent }: { readonly content: SealedContent | null; readonly isSilent: boolean },
    { status, error }: AnswerEnd,
  ): Promise<boolean> {
    const rows = await this.prisma.$executeRaw`
      WITH ended AS (
        UPDATE messages SET content_encrypted = COALESCE(${content?.contentEncrypted ?? null}, content_encrypted),
          instructions_id = CASE WHEN NOT ${isSilent}::boolean THEN instructions_id END,
          content_format = COALESCE(${content?.contentFormat ?? null}, content_format), status = CASE WHEN stop_requested_at IS NULL THEN ${status} ELSE 'stopped' END,
          error_code = CASE WHEN stop_requested_at IS NULL THEN ${error?.code ?? null} END,
          error_detail = CASE WHEN stop_requested_at IS NULL THEN ${error?.detail ?? null} END
        WHERE id = ${turn.answerId}::uuid AND status = 'streaming' AND process_id IS NOT DISTINCT FROM ${turn.processId}::uuid RETURNING conversation_id, status),
      pushed AS (${pushingEnd(turn)}),
      moved AS (UPDATE conversations v SET ${unreadBy(turn.answerId)} FROM ended WHERE v.id = ended.conversation_id),
      given_back AS (
        UPDATE messages m SET given_to = NULL FROM ended
        WHERE ${isSilent} AND m.conversation_id = ended.conversation_id AND m.given_to = ${turn.answerId}::uuid AND m.agent_event_kind IS NOT NULL),
      dropped AS (DELETE FROM turn_events WHERE message_id = ${turn.answerId}::uuid AND EXISTS (SELECT 1 FROM ended))
      SELECT ${overNotices(turn)} FROM ended JOIN conversations v ON v.id = ended.conversation_id`;
    return rows > 0;
  }
}

/** Their program was answered, not they. */
const isOfProgram = (answerId: string): Prisma.Sql =>
  Prisma.sql`EXISTS (SELECT 1 FROM openai_turns p WHERE p.answer_id = ${answerId}::uuid)`;

/** An end is news to whoever did not see it, but for one that they or their program asked for, and for one in no list. Of `ended`, which knows whether they did. */
function unreadBy(answerId: string): Prisma.Sql {
  return Prisma.sql`unread_message_id = CASE WHEN ended.status = 'stopped' OR NOT v.is_listed OR ${isOfProgram(answerId)} THEN unread_message_id
    ELSE GREATEST(unread_message_id, ${answerId}::uuid) END`;
}

/** Whoever stopped it was there, and nobody waits for what is in no list. */
function pushingEnd({ userId, answerId }: TurnPlace): Prisma.Sql {
  return pushing(
    { userId, messageId: answerId },
    Prisma.sql`
    SELECT 1 FROM ended JOIN conversations v ON v.id = ended.conversation_id
    WHERE ended.status <> 'stopped' AND v.is_listed AND NOT ${isOfProgram(answerId)}`,
  );
}

/** To the processes that have readers of it, and to the owner's pages. */
function overNotices(turn: TurnPlace): Prisma.Sql {
  const over: Notice = { channel: "mosaic_turns", payload: { what: "over", answerId: turn.answerId } };
  return Prisma.join([sending(over), tellingOwner(turn, true)]);
}
