import { randomUUIDv7 } from "node:crypto";
import type { CreateInvite, CreatedInvite, Invite } from "@mosaic/contracts/admin-users";
import type { SessionUser } from "@mosaic/contracts/identity";
import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { AppError } from "../../platform/errors/app-error.js";
import { hashToken, newToken } from "../crypto/tokens.js";
import { InvitesRepository, type StoredInvite } from "./invites.repository.js";

const hintLength = 4;
const hourMs = 3_600_000;

/** Codes that let people make accounts. */
@Injectable()
export class InvitesService {
  constructor(
    private readonly repository: InvitesRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Newest first, also those that count no more. */
  async list(): Promise<Invite[]> {
    const now = this.clock.now();
    return (await this.repository.list()).map((invite) => toWire(invite, now));
  }

  /** The only moment at which the code itself is known. */
  async create(creator: SessionUser, { role, maxUses, expiresInHours, note }: CreateInvite): Promise<CreatedInvite> {
    const code = newToken();
    const createdAt = this.clock.now();
    const invite: StoredInvite = {
      id: randomUUIDv7(),
      hint: code.slice(-hintLength),
      note,
      role,
      maxUses,
      uses: 0,
      creator: { id: creator.id, name: creator.username, isActiveAdmin: true },
      createdAt,
      expiresAt: new Date(createdAt.getTime() + expiresInHours * hourMs),
      revokedAt: null,
    };
    await this.repository.create(invite, hashToken(code));
    return { ...toWire(invite, createdAt), code };
  }

  /** Idempotent. Throws `not_found`. */
  async revoke(id: string): Promise<void> {
    if (!(await this.repository.revoke(id, this.clock.now()))) {
      throw new AppError("not_found");
    }
  }
}

function toWire(invite: StoredInvite, now: Date): Invite {
  const { id, hint, note, role, maxUses, uses, creator, createdAt, expiresAt } = invite;
  return {
    id,
    hint,
    note,
    role,
    maxUses,
    uses,
    status: statusOf(invite, now),
    createdByName: creator?.name ?? null,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  };
}

function statusOf({ maxUses, uses, revokedAt, expiresAt, creator }: StoredInvite, now: Date): Invite["status"] {
  if (uses >= maxUses) {
    return "used_up";
  }
  // What a former admin had made counts no more.
  if (revokedAt !== null || creator?.isActiveAdmin !== true) {
    return "revoked";
  }
  return expiresAt <= now ? "expired" : "open";
}
