import { randomUUIDv7 } from "node:crypto";
import type { SessionUser } from "@mosaic/contracts/identity";
import { Injectable } from "@nestjs/common";
import { Prisma } from "../../generated/prisma/client.js";
import { inBatches } from "../../platform/database/in-batches.js";
import { PrismaService, type PreparedStatement } from "../../platform/database/prisma.service.js";
import { recordAudit, type AuditEntry } from "../audit/audit-trail.js";
import { sessionUserColumns, sessionUserJoin, sessionUserOf, type SessionUserColumns } from "../users/session-user.types.js";
import type { NewSession } from "./auth.types.js";
import { endSessions } from "./session-endings.js";

export interface LiveSession {
  readonly id: string;
  readonly user: SessionUser;
  readonly lastUsedAt: Date;
  readonly expiresAt: Date;
}

interface SessionRow extends SessionUserColumns {
  readonly id: string;
  readonly last_used_at: Date;
  readonly expires_at: Date;
}

const liveSession: PreparedStatement = {
  name: "live_session",
  text: `
    SELECT s.id, s.last_used_at, s.expires_at, ${sessionUserColumns}
    FROM sessions s JOIN users u ON u.id = s.user_id ${sessionUserJoin}
    WHERE s.token_hash = $1 AND s.idle_expires_at > $2 AND s.expires_at > $2 AND u.disabled_at IS NULL`,
};

/** What happens together with a session's beginning. */
export interface Beginning {
  /** The browser's session until now: it ends. */
  readonly formerTokenHash: Uint8Array<ArrayBuffer> | null;
  /** The password's hash that was checked: a sign-in does not survive a change of password at the same moment. */
  readonly passwordHash: string | null;
  /** Where from, if with a password. */
  readonly places: readonly Uint8Array<ArrayBuffer>[];
  /** `null`: what made the account wrote the row. */
  readonly audit: AuditEntry | null;
}

@Injectable()
export class SessionsRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** False if the account has been disabled, deleted or given another password in the meantime: then nothing was stored. */
  async begin(userId: string, session: NewSession, beginning: Beginning): Promise<boolean> {
    return this.prisma.$transaction(async (transaction) => {
      if (!(await lockAccount(transaction, userId, beginning.passwordHash))) {
        return false;
      }
      if (beginning.formerTokenHash !== null) {
        await endSessions(transaction, { tokenHash: beginning.formerTokenHash });
      }
      await transaction.session.create({ data: { id: randomUUIDv7(), userId, ...session, lastUsedAt: session.createdAt } });
      for (const placeHash of beginning.places) {
        const lastSignInAt = session.createdAt;
        await transaction.signInPlace.upsert({
          where: { userId_placeHash: { userId, placeHash } },
          create: { userId, placeHash, lastSignInAt },
          update: { lastSignInAt },
        });
      }
      await transaction.user.update({ where: { id: userId }, data: { lastSeenAt: session.createdAt } });
      if (beginning.audit !== null) {
        await recordAudit(transaction, beginning.audit);
      }
      return true;
    });
  }

  /** The session of a token, unless it has expired or its user is disabled. One statement: it is asked with every request. */
  async findLive(tokenHash: Uint8Array<ArrayBuffer>, now: Date): Promise<LiveSession | null> {
    const [row] = await this.prisma.askPrepared<SessionRow>(liveSession, [Buffer.from(tokenHash), now]);
    return row === undefined ? null : { id: row.id, user: sessionUserOf(row), lastUsedAt: row.last_used_at, expiresAt: row.expires_at };
  }

  /** Those of `ids` that still count. */
  async findLiveIds(ids: readonly string[], now: Date): Promise<Set<string>> {
    const rows = await this.prisma.session.findMany({ where: { id: { in: [...ids] }, ...isLive(now) }, select: { id: true } });
    return new Set(rows.map(({ id }) => id));
  }

  async touch(session: LiveSession, use: { at: Date; address: string; idleExpiresAt: Date }): Promise<void> {
    // The user first, as in every other transaction over both: whoever disables them at the same moment waits, or is waited for.
    await this.prisma.$executeRaw`
      WITH seen AS (UPDATE users SET last_seen_at = ${use.at} WHERE id = ${session.user.id}::uuid RETURNING id)
      UPDATE sessions s SET last_used_at = ${use.at}, address = ${use.address}, idle_expires_at = ${use.idleExpiresAt}
      FROM seen WHERE s.id = ${session.id}::uuid AND s.user_id = seen.id`;
  }

  /** Signs out. Nothing happens when the session is gone already. */
  async end(tokenHash: Uint8Array<ArrayBuffer>, audit: AuditEntry): Promise<void> {
    await this.prisma.$transaction(async (transaction) => {
      if ((await endSessions(transaction, { tokenHash })) > 0) {
        await recordAudit(transaction, audit);
      }
    });
  }

  async removeExpired(now: Date): Promise<void> {
    await inBatches(
      async (limit) => this.prisma.$executeRaw`
        DELETE FROM sessions WHERE id IN (
          SELECT s.id FROM sessions s WHERE least(s.idle_expires_at, s.expires_at) <= ${now} ORDER BY least(s.idle_expires_at, s.expires_at) LIMIT ${limit})`,
    );
  }
}

function isLive(now: Date): Pick<Prisma.SessionWhereInput, "idleExpiresAt" | "expiresAt" | "user"> {
  return { idleExpiresAt: { gt: now }, expiresAt: { gt: now }, user: { disabledAt: null } };
}

/** Holds the account as it is: whatever disables it or changes its password waits, or has been before. */
async function lockAccount(transaction: Prisma.TransactionClient, userId: string, passwordHash: string | null): Promise<boolean> {
  const locked = await transaction.$queryRaw<unknown[]>`
    SELECT 1 FROM users WHERE id = ${userId}::uuid AND disabled_at IS NULL FOR NO KEY UPDATE`;
  if (locked.length === 0 || passwordHash === null) {
    return locked.length > 0;
  }
  // Asked after the lock is held: a query that waits for it would still see the former password.
  const where = { userId, passwordHash };
  return (await transaction.breakglassUser.count({ where })) + (await transaction.localPassword.count({ where })) > 0;
}
