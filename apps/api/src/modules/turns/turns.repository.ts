import type { TokenUsage } from "@mosaic/contracts/message-parts";
import { Injectable } from "@nestjs/common";
import { Prisma } from "../../generated/prisma/client.js";
import { isProcessAliveSql } from "../../platform/api-process/process-lock.js";
import { PrismaService } from "../../platform/database/prisma.service.js";
import type { Notice } from "../../platform/notices/channels.js";
import { sending } from "../../platform/notices/notices.js";
import { recordAudit } from "../audit/audit-trail.js";
import type { AnswerEnd, SealedContent } from "../conversations/conversations.types.js";

export interface NewTurn {
  readonly userId: string;
  readonly conversationId: string;
  readonly processId: string;
  readonly now: Date;
  readonly maxPerUser: number;
  readonly question: SealedContent & { readonly id: string };
  readonly answer: SealedContent & { readonly id: string };
  /** The title after the first message, of the one before it. */
  readonly retitle: (titleEncrypted: string) => string;
}

export interface SealedAnswer extends SealedContent {
  readonly usage: TokenUsage | null;
}

export type BeginResult =
  | { readonly kind: "begun"; readonly agentId: string; readonly titleEncrypted: string }
  | { readonly kind: "not_found" | "turn_in_progress" | "too_many" };

/** Whose turn it is, and in which conversation. */
export interface TurnPlace {
  readonly userId: string;
  readonly conversationId: string;
  readonly answerId: string;
}

export interface OrphanedTurn extends TurnPlace {
  readonly processId: string | null;
  readonly isStopRequested: boolean;
}

export interface LiveTurn {
  readonly answerId: string;
  readonly isStopRequested: boolean;
}

const transactionLimits = { maxWait: 5_000, timeout: 10_000 };
const orphansAtOnce = 200;

type Transaction = Prisma.TransactionClient;

/** The rows of turns in flight: an answer is `streaming` from its beginning to its end. */
@Injectable()
export class TurnsRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** Stores both messages of a turn, if the conversation is the user's, answers nothing else, and the user has not too many in flight. Atomic. */
  async begin(turn: NewTurn): Promise<BeginResult> {
    return this.prisma.$transaction(async (tx) => {
      // Turns of one user begin one after the other, so that their number can't be exceeded.
      await tx.$queryRaw`SELECT 1 FROM users WHERE id = ${turn.userId}::uuid FOR NO KEY UPDATE`;
      const found = await lockConversation(tx, turn);
      if (found === null) {
        return { kind: "not_found" };
      }
      if (found.isAnswering) {
        return { kind: "turn_in_progress" };
      }
      if (found.inFlight >= turn.maxPerUser) {
        return { kind: "too_many" };
      }
      const titleEncrypted = found.isFirst ? turn.retitle(found.titleEncrypted) : found.titleEncrypted;
      await insertTurn(tx, turn, { agentId: found.agentId, titleEncrypted });
      return { kind: "begun", agentId: found.agentId, titleEncrypted };
    }, transactionLimits);
  }

  /**
   * The end of a turn, said by the process that ran it: it knows better than another one that took it for dead. Its log goes, and every process
   * and page is told, in one statement. False if the answer is gone.
   */
  async finish(
    turn: TurnPlace,
    { contentEncrypted, contentFormat, usage }: SealedAnswer,
    { status, error }: AnswerEnd,
    now: Date,
  ): Promise<boolean> {
    const rows = await this.prisma.$executeRaw`
      WITH ended AS (
        UPDATE messages SET content_encrypted = ${contentEncrypted}, content_format = ${contentFormat}, status = ${status},
          error_code = ${error?.code ?? null}, error_detail = ${error?.detail ?? null},
          input_tokens = ${usage?.inputTokens ?? null}, output_tokens = ${usage?.outputTokens ?? null}, cached_tokens = ${usage?.cachedTokens ?? null}
        WHERE id = ${turn.answerId}::uuid RETURNING conversation_id),
      dropped AS (DELETE FROM turn_events WHERE message_id = ${turn.answerId}::uuid),
      moved AS (UPDATE conversations v SET updated_at = ${now} FROM ended WHERE v.id = ended.conversation_id)
      SELECT ${overNotices(turn)} FROM ended`;
    return rows > 0;
  }

  /** Remembers and tells every process that the owner wants the end. `null` if they have no such answer; false if it had ended already. Idempotent. */
  async requestStop(userId: string, answerId: string, now: Date): Promise<boolean | null> {
    return this.prisma.$transaction(async (tx) => {
      const [turn] = await tx.$queryRaw<{ conversationId: string; isStreaming: boolean; isRequested: boolean }[]>`
        SELECT m.conversation_id AS "conversationId", m.status = 'streaming' AS "isStreaming", m.stop_requested_at IS NOT NULL AS "isRequested"
        FROM messages m JOIN conversations v ON v.id = m.conversation_id
        WHERE m.id = ${answerId}::uuid AND m.role = 'assistant' AND v.user_id = ${userId}::uuid FOR NO KEY UPDATE OF m`;
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

  /** Which of these are still there. */
  async findLive(answerIds: readonly string[]): Promise<LiveTurn[]> {
    return this.prisma.$queryRaw<LiveTurn[]>`
      SELECT id AS "answerId", stop_requested_at IS NOT NULL AS "isStopRequested" FROM messages WHERE id = ANY(${[...answerIds]}::uuid[])`;
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
        m.stop_requested_at IS NOT NULL AS "isStopRequested"
      FROM messages m JOIN conversations v ON v.id = m.conversation_id
      WHERE m.status = 'streaming'
        AND ((m.process_id = ${processId}::uuid AND NOT (m.id = ANY(${[...liveIds]}::uuid[]))) ${ofDeadProcess})
      LIMIT ${orphansAtOnce}`;
  }

  /** Ends a turn in the place of the process that ran it; without `content` what is stored stays. False if it has ended meanwhile. */
  async endOrphan(turn: OrphanedTurn, content: SealedContent | null, { status, error }: AnswerEnd): Promise<boolean> {
    const rows = await this.prisma.$executeRaw`
      WITH ended AS (
        UPDATE messages SET content_encrypted = COALESCE(${content?.contentEncrypted ?? null}, content_encrypted),
          content_format = COALESCE(${content?.contentFormat ?? null}, content_format), status = ${status},
          error_code = ${error?.code ?? null}, error_detail = ${error?.detail ?? null}
        WHERE id = ${turn.answerId}::uuid AND status = 'streaming' AND process_id IS NOT DISTINCT FROM ${turn.processId}::uuid RETURNING 1),
      dropped AS (DELETE FROM turn_events WHERE message_id = ${turn.answerId}::uuid AND EXISTS (SELECT 1 FROM ended))
      SELECT ${overNotices(turn)} FROM ended`;
    return rows > 0;
  }
}

interface LockedConversation {
  readonly agentId: string;
  readonly titleEncrypted: string;
  readonly isAnswering: boolean;
  readonly isFirst: boolean;
  /** Of this user, in whatever conversation. */
  readonly inFlight: number;
}

async function lockConversation(tx: Transaction, { userId, conversationId }: NewTurn): Promise<LockedConversation | null> {
  const rows = await tx.$queryRaw<LockedConversation[]>`
    SELECT v.agent_id AS "agentId", v.title_encrypted AS "titleEncrypted",
      EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = v.id AND m.status = 'streaming') AS "isAnswering",
      NOT EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = v.id) AS "isFirst",
      (SELECT count(*)::int FROM messages m JOIN conversations w ON w.id = m.conversation_id
        WHERE m.status = 'streaming' AND w.user_id = ${userId}::uuid) AS "inFlight"
    FROM conversations v JOIN agents a ON a.id = v.agent_id
    WHERE v.id = ${conversationId}::uuid AND v.user_id = ${userId}::uuid
      AND (a.owner_id = v.user_id OR EXISTS (SELECT 1 FROM users u WHERE u.id = v.user_id AND u.role = 'admin'))
    FOR NO KEY UPDATE OF v`;
  return rows[0] ?? null;
}

async function insertTurn(tx: Transaction, turn: NewTurn, place: { agentId: string; titleEncrypted: string }): Promise<void> {
  const { conversationId, now, question, answer } = turn;
  await tx.$executeRaw`
    INSERT INTO messages (id, conversation_id, role, content_encrypted, content_format, status, process_id, created_at) VALUES
      (${question.id}::uuid, ${conversationId}::uuid, 'user', ${question.contentEncrypted}, ${question.contentFormat}, 'complete', NULL, ${now}),
      (${answer.id}::uuid, ${conversationId}::uuid, 'assistant', ${answer.contentEncrypted}, ${answer.contentFormat}, 'streaming', ${turn.processId}::uuid, ${now})`;
  // The idle reaper compares with the container's row: it either sees this turn or is seen by it.
  await tx.$executeRaw`
    WITH moved AS (UPDATE conversations SET updated_at = ${now}, title_encrypted = ${place.titleEncrypted} WHERE id = ${conversationId}::uuid),
    used AS (UPDATE agent_containers SET last_active_at = ${now}, updated_at = ${now} WHERE agent_id = ${place.agentId}::uuid)
    SELECT ${sending(ownerNotice({ userId: turn.userId, conversationId, answerId: answer.id }, false))}`;
  await recordAudit(tx, {
    action: "message.send",
    target: { type: "conversation", id: conversationId },
    details: { agentId: place.agentId },
  });
}

function ownerNotice({ userId, conversationId, answerId }: TurnPlace, isOver: boolean): Notice {
  const event = { type: "conversation", conversationId, turn: { answerId, isOver } } as const;
  return { channel: "mosaic_owner_events", payload: { userId, event } };
}

/** To the processes that have readers of it, and to the owner's pages. */
function overNotices(turn: TurnPlace): Prisma.Sql {
  const over: Notice = { channel: "mosaic_turns", payload: { what: "over", answerId: turn.answerId } };
  return Prisma.join([sending(over), sending(ownerNotice(turn, true))]);
}
