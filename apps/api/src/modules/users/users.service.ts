import { createHash } from "node:crypto";
import type { SessionUser } from "@mosaic/contracts/identity";
import { Injectable } from "@nestjs/common";
import bcrypt from "@node-rs/bcrypt";
import { UsersRepository, type PasswordAccount } from "./users.repository.js";

/** 2^12 rounds: about a quarter of a second, on a thread of its own. Callers go through the gate of passwords, so that few do it at once. */
const bcryptCost = 12;
/** bcrypt reads no more. What is longer is hashed first; the rest stays what the release before can read. */
const bcryptMaxBytes = 72;
const longPrefix = "sha256:";
/** Compared when there is no such account, so that an unknown name takes as long as a known one. Nobody has its password. */
const nobodysHash = "$2b$12$T.ig3rzJYfJZcpG6Z2cRG.Ns9id3x7fPZY8Btz9NRtOX3DrDTdL.u";

/** Somebody who has just shown their password. */
export interface VerifiedUser {
  readonly user: SessionUser;
  /** What it was compared with. */
  readonly passwordHash: string;
}

@Injectable()
export class UsersService {
  constructor(private readonly repository: UsersRepository) {}

  async find(id: string): Promise<SessionUser | null> {
    return this.repository.find(id);
  }

  async hashPassword(password: string): Promise<string> {
    return isTooLongForBcrypt(password)
      ? longPrefix + (await bcrypt.hash(shortened(password), { cost: bcryptCost }))
      : bcrypt.hash(password, { cost: bcryptCost });
  }

  /**
   * The account if name and password are right and it is not disabled, else `null`. There is exactly one comparison, whether the name is
   * nobody's, the account has no password, is disabled, or the password is wrong.
   */
  async verifyPassword(username: string, password: string): Promise<VerifiedUser | null> {
    return verify(await this.repository.findPasswordAccount({ username }), password);
  }

  /** The same of somebody who is signed in already. */
  async verifyPasswordOf(userId: string, password: string): Promise<VerifiedUser | null> {
    return verify(await this.repository.findPasswordAccount({ id: userId }), password);
  }
}

async function verify(account: PasswordAccount | null, password: string): Promise<VerifiedUser | null> {
  const passwordHash = account?.passwordHash ?? nobodysHash;
  const isRight = await matches(password, passwordHash);
  return account !== null && account.passwordHash !== null && isRight && !account.isDisabled ? { user: account.user, passwordHash } : null;
}

/** One comparison, whatever the hash is of. */
async function matches(password: string, passwordHash: string): Promise<boolean> {
  const isLong = passwordHash.startsWith(longPrefix);
  const isSame = await bcrypt.compare(
    isLong ? shortened(password) : password,
    isLong ? passwordHash.slice(longPrefix.length) : passwordHash,
  );
  return isSame && isTooLongForBcrypt(password) === isLong;
}

function isTooLongForBcrypt(password: string): boolean {
  return Buffer.byteLength(password) > bcryptMaxBytes;
}

/** Named after its use, so that a list of plain hashes that got lost elsewhere is of no use here. */
function shortened(password: string): string {
  return createHash("sha256").update("mosaic password\0").update(password).digest("base64");
}
