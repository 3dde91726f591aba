import { Injectable } from "@nestjs/common";
import { Prisma } from "../../generated/prisma/client.js";
import { lockNumberSql } from "../../platform/database/session-locks.js";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { recordAudit } from "../audit/audit-trail.js";
import { processLockPrefix } from "./process-lock.js";
import type { AnswerEnd } from "./conversations.types.js";

export interface NewTurn {
  readonly userId: string;
  readonly conversationId: string;
  readonly processId: string;
  readonly now: Date;
  readonly maxPerUser: number;
  readonly question: { readonly id: string; readonly contentEncrypted: string };
  readonly answer: { readonly id: string; readonly contentEncrypted: string };
  /** The title after the first message, of the one before it. */
  readonly retitle: (titleEncrypted: string) => string;
}

export type BeginResult =
  | { readonly kind: "begun"; readonly agentId: string }
  | { readonly kind: "not_found" | "turn_in_progress" | "too_many" };

export interface OrphanedTurn {
  readonly conversation_id: string;
  readonly user_id: string;
}

export const interruptedDetail = "Mosaic was stopped or restarted in the middle of this answer. Send the message again to go on.";

const transactionLimits = { maxWait: 5_000, timeout: 10_000 };

type Transaction = Prisma.TransactionClient;

/** The rows of turns in flight: an answer is `streaming` from its beginning to its end. */
@Injectable()
export class TurnsRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** Stores both messages of a turn, if the conversation is the user's, answers nothing else, and the user has not too many in flight. Atomic. */
  async begin(turn: NewTurn): Promise<BeginResult> {
    return this.prisma.$transaction(async (tx) => {
      const found = await lockConversation(tx, turn);
      if (found === null) {
        return { kind: "not_found" };
      }
      const inFlight = await tx.message.findMany({
        where: { status: "streaming", conversation: { userId: turn.userId } },
        select: { conversationId: true },
      });
      if (inFlight.some(({ conversationId }) => conversationId === turn.conversationId)) {
        return { kind: "turn_in_progress" };
      }
      if (inFlight.length >= turn.maxPerUser) {
        return { kind: "too_many" };
      }
      await insertTurn(tx, turn, found);
      return { kind: "begun", agentId: found.agentId };
    }, transactionLimits);
  }

  /** The answer so far. False if it is gone: its conversation was deleted. */
  async saveText(answerId: string, contentEncrypted: string): Promise<boolean> {
    return (await this.prisma.message.updateMany({ where: { id: answerId }, data: { contentEncrypted } })).count > 0;
  }

  /**
   * The end of a turn, said by the process that served it: it knows better than another one that took it for dead. False if the answer is
   * gone.
   */
  async finish(answerId: string, contentEncrypted: string, { status, error }: AnswerEnd, now: Date): Promise<boolean> {
    const data = { contentEncrypted, status, errorCode: error?.code ?? null, errorDetail: error?.detail ?? null };
    const [answers] = await this.prisma.$transaction([
      this.prisma.message.updateMany({ where: { id: answerId }, data }),
      this.prisma.conversation.updateMany({ where: { messages: { some: { id: answerId } } }, data: { updatedAt: now } }),
    ]);
    return answers.count > 0;
  }

  /**
   * Marks answers that nobody writes any more as broken off; their text stays. Those are this process' own that are not in `liveIds`, and,
   * if `canJudgeOthers`, those whose process does not hold its lock.
   */
  async breakOffOrphans(processId: string, liveIds: readonly string[], canJudgeOthers: boolean): Promise<OrphanedTurn[]> {
    const holder = Prisma.sql`SELECT 1 FROM pg_locks l
      WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
        AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
        AND ((l.classid::bigint << 32) | l.objid::bigint) = ${Prisma.raw(lockNumberSql(`'${processLockPrefix}' || m.process_id`))}`;
    const ofDeadProcess = canJudgeOthers
      ? Prisma.sql`OR (m.process_id IS DISTINCT FROM ${processId}::uuid AND NOT EXISTS (${holder}))`
      : Prisma.empty;
    return this.prisma.$queryRaw<OrphanedTurn[]>`
      UPDATE messages m SET status = 'broken_off', error_code = 'agent_broke_off', error_detail = ${interruptedDetail}
      FROM conversations v
      WHERE v.id = m.conversation_id AND m.status = 'streaming'
        AND ((m.process_id = ${processId}::uuid AND NOT (m.id = ANY(${[...liveIds]}::uuid[]))) ${ofDeadProcess})
      RETURNING m.conversation_id, v.user_id`;
  }
}

interface LockedConversation {
  readonly agentId: string;
  readonly titleEncrypted: string;
}

/** Turns of one user begin one after the other, so that their number can't be exceeded. */
async function lockConversation(tx: Transaction, { userId, conversationId }: NewTurn): Promise<LockedConversation | null> {
  await tx.$queryRaw`SELECT 1 FROM users WHERE id = ${userId}::uuid FOR NO KEY UPDATE`;
  const rows = await tx.$queryRaw<LockedConversation[]>`
    SELECT v.agent_id AS "agentId", v.title_encrypted AS "titleEncrypted" FROM conversations v JOIN agents a ON a.id = v.agent_id
    WHERE v.id = ${conversationId}::uuid AND v.user_id = ${userId}::uuid
      AND (a.owner_id = v.user_id OR EXISTS (SELECT 1 FROM users u WHERE u.id = v.user_id AND u.role = 'admin'))
    FOR NO KEY UPDATE OF v`;
  return rows[0] ?? null;
}

async function insertTurn(tx: Transaction, turn: NewTurn, { agentId, titleEncrypted }: LockedConversation): Promise<void> {
  const { conversationId, now, question, answer } = turn;
  const isFirst = (await tx.message.findFirst({ where: { conversationId }, select: { id: true } })) === null;
  await tx.message.createMany({
    data: [
      { ...question, conversationId, role: "user", status: "complete", createdAt: now },
      { ...answer, conversationId, role: "assistant", status: "streaming", processId: turn.processId, createdAt: now },
    ],
  });
  await tx.conversation.update({
    where: { id: conversationId },
    data: { updatedAt: now, ...(isFirst ? { titleEncrypted: turn.retitle(titleEncrypted) } : {}) },
  });
  await recordAudit(tx, { action: "message.send", target: { type: "conversation", id: conversationId }, details: { agentId } });
  // The idle reaper compares with this row: it either sees this turn or is seen by it.
  await tx.agentContainer.updateMany({ where: { agentId }, data: { lastActiveAt: now } });
}
