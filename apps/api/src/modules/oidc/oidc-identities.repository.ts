import { randomUUIDv7 } from "node:crypto";
import type { Role } from "@mosaic/contracts/identity";
import { untoldRole } from "@mosaic/contracts/oidc";
import { Injectable } from "@nestjs/common";
import { z } from "zod";
import type { Prisma } from "../../generated/prisma/client.js";
import { isUniqueViolation } from "../../platform/database/database-errors.js";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { send } from "../../platform/notices/notices.js";
import { recordAudit } from "../audit/audit-trail.js";
import { endSessions } from "../auth/session-endings.js";
import type { Untold } from "./claims.js";

/** Who a sign-in server says that somebody is. */
export interface Newcomer {
  readonly issuer: string;
  readonly subject: string;
  readonly email: string | null;
  readonly displayName: string | null;
  /** `null`: no mapping decides. */
  readonly role: Role | null;
  /** What the server left open, so that no mapping could decide. */
  readonly untold: { readonly claim: string; readonly why: Untold } | null;
  /** Best first. */
  readonly usernames: readonly string[];
}

export type Admission =
  | { readonly kind: "admitted"; readonly userId: string }
  | { readonly kind: "disabled"; readonly userId: string; readonly username: string }
  | { readonly kind: "unknown" };

const untoldAction = "user.role_not_told";
/** An admin is told of what comes up now, not of all that ever was. */
const untoldDays = 7;
const untoldDetails = z.object({ claim: z.string(), why: untoldRole });
const maxUntoldRead = 1_000;

/** Names are taken by others at the same moment. */
const attempts = 5;

@Injectable()
export class OidcIdentitiesRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** The account of (issuer, subject), brought up to date; a new one where there is none and `autoCreate` says so. */
  async admit(person: Newcomer, autoCreate: boolean, now: Date, attempt = 1): Promise<Admission> {
    try {
      return await this.prisma.$transaction(async (transaction) => {
        const subject = `oidc ${person.issuer.length} ${person.issuer} ${person.subject}`;
        await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${subject}, 0))`;
        const known = await update(transaction, person, now);
        return known ?? (autoCreate ? create(transaction, person, now) : { kind: "unknown" });
      });
    } catch (error) {
      if (isUniqueViolation(error) && attempt < attempts) {
        return this.admit(person, autoCreate, now, attempt + 1);
      }
      throw error;
    }
  }

  /** The address that was verified at an earlier sign-in. */
  async emailOf(issuer: string, subject: string): Promise<string | null> {
    const where = { issuer_subject: { issuer, subject } };
    const identity = await this.prisma.oidcIdentity.findUnique({ where, select: { user: { select: { email: true } } } });
    return identity?.user.email ?? null;
  }

  /** Whose role was left open of late; `null`: nobody's. */
  async untold(now: Date): Promise<{ people: number; days: number; claim: string; why: Untold } | null> {
    const since = new Date(now.getTime() - untoldDays * 86_400_000);
    const rows = await this.prisma.auditEvent.findMany({
      where: { action: untoldAction, at: { gte: since } },
      orderBy: { at: "desc" },
      take: maxUntoldRead,
      select: { targetId: true, details: true },
    });
    const last = untoldDetails.safeParse(rows[0]?.details);
    return last.success ? { people: new Set(rows.map(({ targetId }) => targetId)).size, days: untoldDays, ...last.data } : null;
  }

  async recordRefusal(reason: string, account: { readonly id: string; readonly name: string } | null): Promise<void> {
    await this.prisma.$transaction(async (transaction) =>
      recordAudit(transaction, {
        action: "auth.sign_in_refused",
        outcome: "refused",
        ...(account === null ? {} : { target: { type: "user", ...account } }),
        details: { method: "oidc", reason },
      }),
    );
  }
}

async function update(transaction: Prisma.TransactionClient, person: Newcomer, now: Date): Promise<Admission | null> {
  const { issuer, subject } = person;
  const identity = await transaction.oidcIdentity.findUnique({ where: { issuer_subject: { issuer, subject } } });
  if (identity === null) {
    return null;
  }
  // Whoever changes or disables the account waits, or has been before.
  await transaction.$queryRaw`SELECT 1 FROM users WHERE id = ${identity.userId}::uuid FOR NO KEY UPDATE`;
  const user = await transaction.user.findUnique({ where: { id: identity.userId }, include: { breakglass: { select: { userId: true } } } });
  if (user === null) {
    return null;
  }
  if (user.disabledAt !== null || user.deletingAt !== null) {
    return { kind: "disabled", userId: user.id, username: user.username };
  }
  await transaction.oidcIdentity.update({ where: { id: identity.id }, data: { lastUsedAt: now } });
  const role = user.breakglass === null && person.role !== null && person.role !== user.role ? person.role : null;
  const isNewEmail = person.email !== user.email;
  if (role !== null || isNewEmail) {
    await transaction.user.update({ where: { id: user.id }, data: { email: person.email, ...(role === null ? {} : { role }) } });
    await recordAudit(transaction, {
      action: "user.update",
      actor: { kind: "user", id: user.id, name: user.username },
      target: { type: "user", id: user.id, name: user.username },
      details: { by: "oidc", isNewEmail, ...(role === null ? {} : { role, formerRole: user.role }) },
    });
  }
  if (role !== null) {
    await endFormerRole(transaction, user.id, role);
  }
  await recordUntold(transaction, person, user);
  return { kind: "admitted", userId: user.id };
}

async function recordUntold(
  transaction: Prisma.TransactionClient,
  { untold }: Newcomer,
  user: { id: string; username: string },
): Promise<void> {
  if (untold === null) {
    return;
  }
  const person = { id: user.id, name: user.username };
  await recordAudit(transaction, {
    action: untoldAction,
    actor: { kind: "user", ...person },
    target: { type: "user", ...person },
    details: { by: "oidc", claim: untold.claim, why: untold.why },
  });
}

/** What an admin shares, and what is open in a role, does not outlive it. */
async function endFormerRole(transaction: Prisma.TransactionClient, userId: string, role: Role): Promise<void> {
  await endSessions(transaction, { userId });
  const shared = await transaction.llmProvider.count({ where: { ownerId: userId, isShared: true } });
  if (role === "member") {
    await transaction.llmProvider.updateMany({ where: { ownerId: userId, isShared: true }, data: { isShared: false } });
  }
  if (shared > 0) {
    await send(transaction, { channel: "mosaic_agent_config", payload: { ownerId: null } });
  }
}

/** An account is only ever made: a name that somebody has is never taken over, whoever's it is. */
async function create(transaction: Prisma.TransactionClient, person: Newcomer, now: Date): Promise<Admission> {
  const taken = await transaction.user.findMany({ where: { username: { in: [...person.usernames] } }, select: { username: true } });
  const names = new Set(taken.map(({ username }) => username));
  const username = person.usernames.find((name) => !names.has(name)) ?? `member-${randomUUIDv7().slice(-12)}`;
  const id = randomUUIDv7();
  const role = person.role ?? "member";
  await transaction.user.create({
    data: {
      id,
      username,
      displayName: person.displayName ?? username,
      role,
      email: person.email,
      createdAt: now,
      identities: { create: { id: randomUUIDv7(), issuer: person.issuer, subject: person.subject, createdAt: now, lastUsedAt: now } },
    },
  });
  await recordAudit(transaction, {
    action: "user.create",
    actor: { kind: "user", id, name: username },
    target: { type: "user", id, name: username },
    details: { role, by: "oidc" },
  });
  await recordUntold(transaction, person, { id, username });
  return { kind: "admitted", userId: id };
}
