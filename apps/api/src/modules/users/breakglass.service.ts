import type { SessionUser } from "@mosaic/contracts/identity";
import { Injectable } from "@nestjs/common";
import { BreakglassRepository } from "./breakglass.repository.js";
import { UsersService } from "./users.service.js";

export type BreakglassRefusal = "exists" | "name_taken";

/** The one account that always works: made once, by the wizard or by a command. Its names and passwords are judged by who reads them. */
@Injectable()
export class BreakglassService {
  constructor(
    private readonly repository: BreakglassRepository,
    private readonly users: UsersService,
  ) {}

  async find(): Promise<SessionUser | null> {
    return this.repository.find();
  }

  /** Of several at once, one wins. */
  async create(username: string, password: string): Promise<SessionUser | BreakglassRefusal> {
    if ((await this.find()) !== null) {
      return "exists";
    }
    const made = await this.repository.create(username, await this.users.hashPassword(password));
    return made ?? ((await this.find()) === null ? "name_taken" : "exists");
  }

  /** All its sessions and access tokens end, and nothing that others tried before holds it up. */
  async resetPassword(account: SessionUser, password: string): Promise<void> {
    await this.repository.setPassword(account, await this.users.hashPassword(password));
  }
}
