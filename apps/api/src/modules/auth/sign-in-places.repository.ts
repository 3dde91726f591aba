import { Injectable } from "@nestjs/common";
import { Prisma } from "../../generated/prisma/client.js";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { recordAudit } from "../audit/audit-trail.js";

export interface KnownPlaces {
  /** The account that a name belongs to, whether or not it may sign in. */
  readonly account: { readonly id: string; readonly name: string } | null;
  /** In hexadecimal. */
  readonly hashes: ReadonlySet<string>;
}

/** Where accounts have signed in from with their passwords. */
@Injectable()
export class SignInPlacesRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** Those of `hashes` that the account has signed in from. One query, also for a name that nobody has: it takes as long. */
  async find(username: string, hashes: readonly Uint8Array<ArrayBuffer>[]): Promise<KnownPlaces> {
    const [row] = await this.prisma.$queryRaw<{ id: string; hashes: string[] }[]>`
      SELECT u.id, ARRAY(
        SELECT encode(p.place_hash, 'hex') FROM sign_in_places p WHERE p.user_id = u.id AND p.place_hash IN (${Prisma.join([...hashes])})
      ) AS hashes
      FROM users u WHERE u.username = ${username}`;
    return { account: row === undefined ? null : { id: row.id, name: username }, hashes: new Set(row?.hashes) };
  }

  /** The name that was typed is told only if somebody has it: people type their password there by mistake. */
  async recordRefusal(account: KnownPlaces["account"]): Promise<void> {
    await this.prisma.$transaction(async (transaction) =>
      recordAudit(transaction, {
        action: "auth.sign_in_refused",
        outcome: "refused",
        ...(account === null ? {} : { target: { type: "user", ...account } }),
        details: { method: "password", isKnownName: account !== null },
      }),
    );
  }

  async removeOlderThan(time: Date): Promise<void> {
    await this.prisma.signInPlace.deleteMany({ where: { lastSignInAt: { lt: time } } });
  }
}
