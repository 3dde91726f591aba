import type { OwnerEvent } from "@mosaic/contracts/chat";
import type { AnswerUsage } from "@mosaic/contracts/message-parts";
import { Injectable } from "@nestjs/common";
import { Prisma } from "../../generated/prisma/client.js";
import { isProcessAliveSql } from "../../platform/api-process/process-lock.js";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { AppError } from "../../platform/errors/app-error.js";
import type { Notice } from "../../platform/notices/channels.js";
import { sending } from "../../platform/notices/notices.js";
import { auditing, recordAudit, type AuditEntry } from "../audit/audit-trail.js";
import type { FoundContainer } from "../containers/containers.types.js";
import { noInstructionsId } from "../folders/folders.types.js";
import { followedByM } from "./branches.repository.js";
import { pushing } from "../push/due-pushes.js";
import type { AnswerEnd, BegunTurn, SealedContent } from "../conversations/conversations.types.js";

export interface NewTurn {
  readonly userId: string;
  readonly conversationId: string;
  readonly processId: string;
  readonly now: Date;
  readonly maxPerUser: number;
  /** The waiting message that this turn sends and removes. If it is gone, the turn is `not_found`. `null`: the message comes from its sender now. */
  readonly waitingId: string | null;
  /** Of the question: those that were not sent yet are its own from now on. */
  readonly fileIds: readonly string[];
  /** `null`: one that is stored already is answered again. */
  readonly question: (SealedContent & { readonly id: string }) | null;
  /** `null`: the turn goes on from the last message. */
  readonly branch: { readonly replacedId: string; readonly parentId: string } | null;
  readonly answer: SealedContent & { readonly id: string };
}

export interface SealedAnswer extends SealedContent {
  readonly usage: AnswerUsage | null;
}

export type BeginResult =
  | {
      readonly kind: "begun";
      readonly isFirst: boolean;
      readonly titleEncrypted: string;
      readonly hasSpoken: boolean;
      readonly isInstructed: boolean;
      readonly session: string;
      readonly container: FoundContainer;
    }
  | { readonly kind: "not_found" | "turn_in_progress" | "too_many" | "hidden" };

/** Whose turn it is, and in which conversation. */
export interface TurnPlace {
  readonly userId: string;
  readonly conversationId: string;
  readonly answerId: string;
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

/** An end is news to whoever did not see it, but for one that they asked for, and for one in no list. Of `ended`, which knows whether they did. */
function unreadBy(answerId: string): Prisma.Sql {
  return Prisma.sql`unread_message_id = CASE WHEN ended.status = 'stopped' OR NOT v.is_listed THEN unread_message_id ELSE GREATEST(unread_message_id, ${answerId}::uuid) END`;
}

interface BeginningRow extends FoundContainer {
  readonly isBegun: boolean;
  readonly isAnswering: boolean;
  readonly isFirst: boolean;
  /** The agent has said something by itself of which it is told with this turn. */
  readonly hasSpoken: boolean;
  /** The agent is told what the folder of the conversation says, or that this holds no more. */
  readonly isInstructed: boolean;
  /** Of this user, in whatever conversation. */
  readonly inFlight: number;
  readonly titleEncrypted: string;
  /** The agent's, without a branch. */
  readonly session: string;
  /** What it replaces, if anything, is on the path. */
  readonly isShown: boolean;
}

/**
 * Turns of one user begin one after the other, so that their number can't be exceeded: each writes the user's row, and does nothing if somebody else
 * has written it since this statement began to look. What the agent has said since the ids of this turn were made comes after them, as their order says.
 * The idle reaper compares with the container's row: it either sees this turn or is seen by it.
 */
function beginning(turn: NewTurn): Prisma.Sql {
  const { userId, conversationId, now, maxPerUser, waitingId, question, branch, answer } = turn;
  const replacedId = branch?.replacedId ?? null;
  const audit: AuditEntry =
    question === null && replacedId !== null
      ? { action: "message.answer_again", target: { type: "message", id: replacedId } }
      : { action: "message.send", target: { type: "conversation", id: conversationId } };
  return Prisma.sql`
    WITH waiting AS MATERIALIZED (
      SELECT w.id FROM waiting_messages w WHERE w.id = ${waitingId}::uuid AND w.conversation_id = ${conversationId}::uuid FOR UPDATE),
    place AS (
      SELECT v.agent_id, a.owner_id, a.backend_id, u.xmin AS user_version,
        EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = v.id AND m.status = 'streaming') AS is_answering,
        (SELECT m.id FROM messages m WHERE m.conversation_id = v.id AND m.left_at IS NULL AND m.id < ${question?.id ?? answer.id}::uuid
          ORDER BY m.id DESC LIMIT 1) AS last_id,
        COALESCE((SELECT m.agent_session FROM messages m WHERE m.conversation_id = v.id AND m.left_at IS NULL AND m.agent_session IS NOT NULL
          ORDER BY m.id DESC LIMIT 1), v.id::text) AS session,
        ${replacedId}::uuid IS NULL OR EXISTS (
          SELECT 1 FROM messages m WHERE m.id = ${replacedId}::uuid AND m.conversation_id = v.id AND m.left_at IS NULL) AS is_shown,
        NULLIF(COALESCE(f.instructions_id, ${noInstructionsId}::uuid), COALESCE(
          (SELECT m.instructions_id FROM messages m WHERE m.conversation_id = v.id AND m.left_at IS NULL AND m.instructions_id IS NOT NULL
            AND (${replacedId}::uuid IS NULL OR m.id < ${replacedId}::uuid) ORDER BY m.id DESC LIMIT 1), ${noInstructionsId}::uuid)) AS instructions_id,
        (SELECT count(*)::int FROM messages m JOIN conversations w ON w.id = m.conversation_id
          WHERE m.status = 'streaming' AND w.user_id = v.user_id) AS in_flight
      FROM conversations v JOIN agents a ON a.id = v.agent_id JOIN users u ON u.id = v.user_id LEFT JOIN folders f ON f.id = v.folder_id
      WHERE v.id = ${conversationId}::uuid AND v.user_id = ${userId}::uuid AND v.deleted_at IS NULL AND (a.owner_id = v.user_id OR u.role = 'admin')
        AND (${waitingId}::uuid IS NULL OR EXISTS (SELECT 1 FROM waiting))),
    turn_of AS (
      UPDATE users u SET last_seen_at = ${now} FROM place
      WHERE u.id = ${userId}::uuid AND u.xmin = place.user_version AND NOT is_answering AND in_flight < ${maxPerUser} AND is_shown RETURNING place.agent_id, place.last_id, place.instructions_id),
    moved AS (
      UPDATE conversations v SET updated_at = ${now}, archived_at = NULL FROM turn_of WHERE v.id = ${conversationId}::uuid AND v.deleted_at IS NULL
      RETURNING v.id, v.title_encrypted, v.is_listed, turn_of.agent_id, turn_of.instructions_id, COALESCE(${branch?.parentId ?? null}::uuid, turn_of.last_id, v.id) AS parent_id),
    ${changingMessages(turn)},
    given AS (
      UPDATE messages m SET given_to = ${answer.id}::uuid FROM moved
      WHERE m.conversation_id = moved.id AND m.given_to IS NULL AND m.agent_event_kind IS NOT NULL AND m.left_at IS NULL
        AND (${replacedId}::uuid IS NULL OR m.id < ${replacedId}::uuid) RETURNING 1),
    given_again AS (
      UPDATE messages m SET given_to = ${answer.id}::uuid FROM moved
      WHERE m.conversation_id = moved.id AND m.given_to >= ${replacedId}::uuid AND m.agent_event_kind IS NOT NULL AND m.left_at IS NULL
        AND m.id < ${replacedId}::uuid RETURNING 1),
    sent AS (DELETE FROM waiting_messages w USING moved WHERE w.id = ${waitingId}::uuid),
    used AS (
      UPDATE agent_containers c SET last_active_at = ${now}, updated_at = ${now} FROM moved WHERE c.agent_id = moved.agent_id
      RETURNING c.status, c.endpoint_host, c.endpoint_port, c.token_encrypted),
    noted AS (${auditing(audit, Prisma.sql`moved`, Prisma.sql`jsonb_build_object('agentId', moved.agent_id)`)})
    SELECT place.agent_id AS "agentId", owner_id AS "ownerId", backend_id AS "backendId", used.status, used.endpoint_host AS "endpointHost",
      used.endpoint_port AS "endpointPort", used.token_encrypted AS "tokenEncrypted", moved.id IS NOT NULL AS "isBegun",
      is_answering AS "isAnswering", last_id IS NULL AS "isFirst", in_flight AS "inFlight", session, is_shown AS "isShown", moved.title_encrypted AS "titleEncrypted",
      EXISTS (SELECT 1 FROM given) OR EXISTS (SELECT 1 FROM given_again) AS "hasSpoken", moved.instructions_id IS NOT NULL AS "isInstructed",
      (SELECT ${tellingOwner({ userId, conversationId, answerId: answer.id }, false)} FROM moved v)
    FROM place LEFT JOIN moved ON true LEFT JOIN used ON true`;
}

/** What is replaced leaves the path, with all that follows it, and both messages come onto it. */
function changingMessages({ userId, processId, now, question, fileIds, branch, answer }: NewTurn): Prisma.Sql {
  const questionId = question?.id ?? null;
  // Until its agent has made one of what was said before, a branch has a new session.
  const ownSession = branch === null ? null : answer.id;
  return Prisma.sql`
    leaving AS (
      UPDATE messages m SET left_at = ${now}, parent_id = ${followedByM} FROM moved
      WHERE m.conversation_id = moved.id AND m.left_at IS NULL AND m.id >= ${branch?.replacedId ?? null}::uuid),
    stored AS (
      INSERT INTO messages (id, conversation_id, parent_id, agent_session, role, content_encrypted, content_format, status, process_id, instructions_id, created_at)
      SELECT new.id, moved.id, COALESCE(new.parent_id, moved.parent_id), new.session, new.role, new.content, new.format, new.status, new.process_id,
        CASE new.role WHEN 'assistant' THEN moved.instructions_id END, ${now}
      FROM moved CROSS JOIN (VALUES
        (${questionId}::uuid, NULL::uuid, NULL, 'user', ${question?.contentEncrypted ?? null}, ${question?.contentFormat ?? null}, 'complete', NULL::uuid),
        (${answer.id}::uuid, ${questionId}::uuid, ${ownSession}, 'assistant', ${answer.contentEncrypted}, ${answer.contentFormat}, 'streaming', ${processId}::uuid)
      ) AS new (id, parent_id, session, role, content, format, status, process_id) WHERE new.id IS NOT NULL),
    filed AS (
      UPDATE files f SET message_id = ${questionId}::uuid FROM moved
      WHERE f.id = ANY(${[...fileIds]}::uuid[]) AND f.user_id = ${userId}::uuid AND f.message_id IS NULL AND ${questionId}::uuid IS NOT NULL)`;
}

/** `null`: somebody else's beginning, or the end of the conversation, came between. */
function beginResultOf(
  { isBegun, isAnswering, isFirst, inFlight, titleEncrypted, session, isShown, hasSpoken, isInstructed, ...container }: BeginningRow,
  maxPerUser: number,
): BeginResult | null {
  if (isBegun) {
    return { kind: "begun", isFirst, titleEncrypted, hasSpoken, isInstructed, session, container };
  }
  if (isAnswering) {
    return { kind: "turn_in_progress" };
  }
  if (!isShown) {
    return { kind: "hidden" };
  }
  return inFlight >= maxPerUser ? { kind: "too_many" } : null;
}

/** Of `v`, its conversation: a page that has not opened it need not look for one that is in no list. */
function tellingOwner({ userId, conversationId, answerId }: TurnPlace, isOver: boolean): Prisma.Sql {
  const event = { type: "conversation", conversationId, turn: { answerId, isOver } } as const;
  const noticeOf = (told: OwnerEvent): Notice => ({ channel: "mosaic_owner_events", payload: { userId, event: told } });
  return Prisma.sql`CASE WHEN v.is_listed THEN ${sending(noticeOf(event))} ELSE ${sending(noticeOf({ ...event, isListed: false }))} END`;
}

/** Whoever stopped it was there, and nobody waits for what is in no list. */
function pushingEnd({ userId, answerId }: TurnPlace): Prisma.Sql {
  return pushing(
    { userId, messageId: answerId },
    Prisma.sql`
    SELECT 1 FROM ended JOIN conversations v ON v.id = ended.conversation_id WHERE ended.status <> 'stopped' AND v.is_listed`,
  );
}

/** To the processes that have readers of it, and to the owner's pages. */
function overNotices(turn: TurnPlace): Prisma.Sql {
  const over: Notice = { channel: "mosaic_turns", payload: { what: "over", answerId: turn.answerId } };
  return Prisma.join([sending(over), tellingOwner(turn, true)]);
}
