import type { OwnerEvent } from "@mosaic/contracts/chat";
import { Prisma } from "../../generated/prisma/client.js";
import type { Notice } from "../../platform/notices/channels.js";
import { sending } from "../../platform/notices/notices.js";
import { auditing, type AuditEntry } from "../audit/audit-trail.js";
import type { FoundContainer } from "../containers/containers.types.js";
import type { SealedContent } from "../conversations/conversations.types.js";
import { noInstructionsId } from "../folders/folders.types.js";
import { followedByM } from "./branches.repository.js";

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
  /** The request of a program that asks it. `null`: a person does. */
  readonly program: ProgramMark | null;
}

/** By which a turn of a program is known again: each a SHA-256. */
export interface ProgramMark {
  /** What tells the request from others. A turn of the same one is not begun. */
  readonly requestKey: Buffer;
  /** All messages up to the question, as the program has them. */
  readonly asked: Buffer;
  /** The program's own instructions, which come along. `null`: it has none. */
  readonly told: Buffer | null;
  /** What the request said. */
  readonly body: Buffer;
  /** How often its client had asked before. */
  readonly retries: number;
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
  | { readonly kind: "not_found" | "turn_in_progress" | "too_many" | "hidden" | "known" };

/** Whose turn it is, and in which conversation. */
export interface TurnPlace {
  readonly userId: string;
  readonly conversationId: string;
  readonly answerId: string;
}

export interface BeginningRow extends FoundContainer {
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
  /** Its program has asked it before. */
  readonly isKnown: boolean;
}

/**
 * Turns of one user begin one after the other, so that their number can't be exceeded: each writes the user's row, and does nothing if somebody else
 * has written it since this statement began to look. What the agent has said since the ids of this turn were made comes after them, as their order says.
 * The idle reaper compares with the container's row: it either sees this turn or is seen by it.
 */
export function beginning(turn: NewTurn): Prisma.Sql {
  const { userId, conversationId, now, maxPerUser, waitingId, question, branch, answer, program } = turn;
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
          WHERE m.status = 'streaming' AND w.user_id = v.user_id) AS in_flight,
        EXISTS (SELECT 1 FROM openai_turns p WHERE p.user_id = v.user_id AND p.request_key = ${program?.requestKey ?? null}::bytea) AS is_known
      FROM conversations v JOIN agents a ON a.id = v.agent_id JOIN users u ON u.id = v.user_id LEFT JOIN folders f ON f.id = v.folder_id
      WHERE v.id = ${conversationId}::uuid AND v.user_id = ${userId}::uuid AND v.deleted_at IS NULL AND (a.owner_id = v.user_id OR u.role = 'admin')
        AND (${waitingId}::uuid IS NULL OR EXISTS (SELECT 1 FROM waiting))),
    turn_of AS (
      UPDATE users u SET last_seen_at = ${now} FROM place
      WHERE u.id = ${userId}::uuid AND u.xmin = place.user_version AND NOT is_answering AND in_flight < ${maxPerUser} AND is_shown AND NOT is_known RETURNING place.agent_id, place.last_id, place.instructions_id),
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
    programmed AS (
      INSERT INTO openai_turns (answer_id, user_id, conversation_id, asked, told, request_key, body, retries, reader, created_at)
      SELECT ${answer.id}::uuid, ${userId}::uuid, moved.id, ${program?.asked ?? null}::bytea, ${program?.told ?? null}::bytea,
        ${program?.requestKey ?? null}::bytea, ${program?.body ?? null}::bytea, ${program?.retries ?? 0}::int, ${turn.processId}::uuid, ${now} FROM moved WHERE ${program !== null}::boolean),
    sent AS (DELETE FROM waiting_messages w USING moved WHERE w.id = ${waitingId}::uuid),
    used AS (
      UPDATE agent_containers c SET last_active_at = ${now}, updated_at = ${now} FROM moved WHERE c.agent_id = moved.agent_id
      RETURNING c.status, c.endpoint_host, c.endpoint_port, c.token_encrypted),
    noted AS (${auditing(audit, Prisma.sql`moved`, Prisma.sql`jsonb_build_object('agentId', moved.agent_id)`)})
    SELECT place.agent_id AS "agentId", owner_id AS "ownerId", backend_id AS "backendId", used.status, used.endpoint_host AS "endpointHost",
      used.endpoint_port AS "endpointPort", used.token_encrypted AS "tokenEncrypted", moved.id IS NOT NULL AS "isBegun",
      is_answering AS "isAnswering", last_id IS NULL AS "isFirst", in_flight AS "inFlight", session, is_shown AS "isShown", is_known AS "isKnown", moved.title_encrypted AS "titleEncrypted",
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
export function beginResultOf(
  {
    isBegun,
    isAnswering,
    isFirst,
    inFlight,
    titleEncrypted,
    session,
    isShown,
    isKnown,
    hasSpoken,
    isInstructed,
    ...container
  }: BeginningRow,
  maxPerUser: number,
): BeginResult | null {
  if (isBegun) {
    return { kind: "begun", isFirst, titleEncrypted, hasSpoken, isInstructed, session, container };
  }
  if (isKnown) {
    return { kind: "known" };
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
export function tellingOwner({ userId, conversationId, answerId }: TurnPlace, isOver: boolean): Prisma.Sql {
  const event = { type: "conversation", conversationId, turn: { answerId, isOver } } as const;
  const noticeOf = (told: OwnerEvent): Notice => ({ channel: "mosaic_owner_events", payload: { userId, event: told } });
  return Prisma.sql`CASE WHEN v.is_listed THEN ${sending(noticeOf(event))} ELSE ${sending(noticeOf({ ...event, isListed: false }))} END`;
}
