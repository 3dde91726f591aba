import type { SessionInfo } from "@mosaic/contracts/account";
import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { AppError } from "../../platform/errors/app-error.js";
import type { SessionCaller } from "../auth/auth.types.js";
import { deviceName } from "./device-name.js";
import { OwnSessionsRepository } from "./own-sessions.repository.js";

/** Where somebody is signed in. */
@Injectable()
export class OwnSessionsService {
  constructor(
    private readonly repository: OwnSessionsRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The one that asks first, then the ones used last. */
  async list({ user, sessionId }: SessionCaller): Promise<SessionInfo[]> {
    const sessions = await this.repository.list(user.id, this.clock.now());
    const infos = sessions.map((session) => ({
      id: session.id,
      device: deviceName(session.userAgent),
      address: session.address,
      isCurrent: session.id === sessionId,
      createdAt: session.createdAt.toISOString(),
      lastUsedAt: session.lastUsedAt.toISOString(),
      expiresAt: session.expiresAt.toISOString(),
    }));
    return infos.toSorted((left, right) => Number(right.isCurrent) - Number(left.isCurrent));
  }

  /** Throws `not_found` for another's session as for a missing one. */
  async revoke(userId: string, id: string): Promise<void> {
    if (!(await this.repository.revoke(userId, id))) {
      throw new AppError("not_found");
    }
  }

  async revokeOthers({ user, sessionId }: SessionCaller): Promise<void> {
    await this.repository.revokeOthers(user.id, sessionId);
  }
}
