import { Injectable } from "@nestjs/common";
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

  /** Those of `hashes` that the account has signed in from. The same query for a name that nobody has. */
  async find(username: string, hashes: readonly Uint8Array<ArrayBuffer>[]): Promise<KnownPlaces> {
    const row = await this.prisma.user.findUnique({
      where: { username },
      select: { id: true, signInPlaces: { where: { placeHash: { in: [...hashes] } }, select: { placeHash: true } } },
    });
    return {
      account: row === null ? null : { id: row.id, name: username },
      hashes: new Set(row?.signInPlaces.map(({ placeHash }) => Buffer.from(placeHash).toString("hex"))),
    };
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
