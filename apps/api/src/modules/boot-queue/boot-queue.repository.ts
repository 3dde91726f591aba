import { Injectable } from "@nestjs/common";
import { Prisma } from "../../generated/prisma/client.js";
import { isLockHeldSql, lockNumberSql } from "../../platform/database/lock-sql.js";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { send, sending } from "../../platform/notices/notices.js";
import type { BootRequest, BootStanding } from "./boot-queue.types.js";

const changed = { channel: "mosaic_boot_queue", payload: "" } as const;

const noOwner = Prisma.sql`'00000000-0000-0000-0000-000000000000'::uuid`;

/** Who is next: those whom somebody waits for, then round by round, then who came first. */
const order = Prisma.sql`p.is_background, p.round, p.entered_at, p.agent_id`;

const isHeld = Prisma.raw(isLockHeldSql("p.lock_key"));

/** The round that is being served to one class of starts. A newcomer joins it; whoever has starts in it already is in a later one. */
const roundNow = (isBackground: Prisma.Sql): Prisma.Sql => Prisma.sql`
  coalesce((SELECT max(p.round) FROM boot_places p WHERE p.is_background = ${isBackground} AND p.admitted_at IS NOT NULL),
           (SELECT min(p.round) FROM boot_places p WHERE p.is_background = ${isBackground}), 0)`;

@Injectable()
export class BootQueueRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** Joins the queue. What an earlier start of the agent left there is replaced. `enteredAt` keeps the turn of one whose place was lost. */
  async enter({ agentId, startId, ownerId, lockKey, isBackground }: BootRequest, enteredAt: Date | null): Promise<void> {
    await this.prisma.$executeRaw`
      INSERT INTO boot_places AS own (agent_id, start_id, owner_id, lock_key, is_background, round, entered_at)
      SELECT ${agentId}::uuid, ${startId}, ${ownerId}::uuid, ${lockKey}, ${isBackground},
        greatest(${roundNow(Prisma.sql`${isBackground}::boolean`)},
                 (SELECT max(p.round) + 1 FROM boot_places p
                  WHERE coalesce(p.owner_id, ${noOwner}) = coalesce(${ownerId}::uuid, ${noOwner}) AND p.agent_id <> ${agentId}::uuid
                    AND p.is_background = ${isBackground}::boolean)),
        coalesce(${enteredAt}::timestamptz, clock_timestamp())
      ON CONFLICT (agent_id) DO UPDATE SET start_id = excluded.start_id, owner_id = excluded.owner_id, lock_key = excluded.lock_key,
        is_background = excluded.is_background, round = excluded.round, entered_at = excluded.entered_at, admitted_at = NULL`;
  }

  /**
   * Gives free turns to who is next, and, if `canJudge`, takes the places of those whose process died. Does nothing while another process is at
   * it: nobody waits for a lock in a transaction.
   */
  async admit(slots: number, canJudge: boolean): Promise<void> {
    await this.prisma.$transaction(async (transaction) => {
      const [mine] = await transaction.$queryRaw<{ ok: boolean }[]>`
        SELECT pg_try_advisory_xact_lock(${Prisma.raw(lockNumberSql("'mosaic:boot-queue'"))}) AS ok`;
      if (mine?.ok !== true) {
        return;
      }
      const freed = canJudge ? await transaction.$executeRaw`DELETE FROM boot_places p WHERE NOT ${isHeld}` : 0;
      const admitted = await transaction.$executeRaw`
        UPDATE boot_places b SET admitted_at = now()
        FROM (SELECT p.agent_id, row_number() OVER (ORDER BY ${order}) AS place FROM boot_places p WHERE p.admitted_at IS NULL) w
        WHERE b.agent_id = w.agent_id
          AND w.place <= ${slots}::int - (SELECT count(*) FROM boot_places p WHERE p.admitted_at IS NOT NULL)`;
      if (freed + admitted > 0) {
        await send(transaction, changed);
      }
    });
  }

  /** Where these starts stand. What is missing has lost its place. */
  async standings(startIds: readonly string[]): Promise<BootStanding[]> {
    const rows = await this.prisma.$queryRaw<{ start_id: string; place: number | null; is_under_way: boolean }[]>`
      SELECT q.start_id, q.place,
        coalesce(c.status = 'starting' AND encode(c.token_hash, 'hex') = q.start_id, false) AS is_under_way
      FROM (SELECT p.agent_id, p.start_id,
              CASE WHEN p.admitted_at IS NULL THEN (count(*) FILTER (WHERE p.admitted_at IS NULL) OVER (ORDER BY ${order}))::int END AS place
            FROM boot_places p) q
      LEFT JOIN agent_containers c ON c.agent_id = q.agent_id
      WHERE q.start_id = ANY(${[...startIds]})`;
    return rows.map((row) => ({ startId: row.start_id, place: row.place, isUnderWay: row.is_under_way }));
  }

  async leave(startId: string): Promise<void> {
    await this.prisma.$executeRaw`
      WITH gone AS (DELETE FROM boot_places WHERE start_id = ${startId} RETURNING 1) SELECT ${sending(changed)} FROM gone`;
  }

  /** Somebody waits by now for a start that nobody waited for. */
  async bringForward(agentId: string): Promise<void> {
    await this.prisma.$executeRaw`
      WITH moved AS (
        UPDATE boot_places b SET is_background = false, round = ${roundNow(Prisma.sql`false`)}
        WHERE b.agent_id = ${agentId}::uuid AND b.is_background AND b.admitted_at IS NULL RETURNING 1)
      SELECT ${sending(changed)} FROM moved`;
  }

  async isBusyInBackground(): Promise<boolean> {
    return (await this.prisma.bootPlace.count({ where: { isBackground: true, admittedAt: null } })) > 0;
  }
}
