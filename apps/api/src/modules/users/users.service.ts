import type { SessionUser } from "@mosaic/contracts/identity";
import { Injectable } from "@nestjs/common";
import bcrypt from "bcryptjs";
import { UsersRepository } from "./users.repository.js";

/** 2^12 rounds: about a quarter of a second, in slices that leave the event loop free. */
const bcryptCost = 12;
/** Compared when there is no such account, so that an unknown name takes as long as a known one. Nobody has its password. */
const nobodysHash = "$2b$12$T.ig3rzJYfJZcpG6Z2cRG.Ns9id3x7fPZY8Btz9NRtOX3DrDTdL.u";

@Injectable()
export class UsersService {
  constructor(private readonly repository: UsersRepository) {}

  async hasBreakglass(): Promise<boolean> {
    return this.repository.hasBreakglass();
  }

  /** `null` when the breakglass admin exists already. */
  async createBreakglass(username: string, password: string): Promise<SessionUser | null> {
    return this.repository.createBreakglass(username, await bcrypt.hash(password, bcryptCost));
  }

  /** The account if name and password are right and it is not disabled, else `null`, after the same time. */
  async verifyPassword(username: string, password: string): Promise<SessionUser | null> {
    const account = await this.repository.findPasswordAccount(username);
    const isRight = await bcrypt.compare(password, account?.passwordHash ?? nobodysHash);
    return account !== null && isRight && !account.isDisabled ? account.user : null;
  }
}
