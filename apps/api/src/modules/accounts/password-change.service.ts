import type { ChangePassword } from "@mosaic/contracts/account";
import { brokenPasswordRules } from "@mosaic/contracts/identity";
import { Injectable } from "@nestjs/common";
import { AppError } from "../../platform/errors/app-error.js";
import { invalidFields } from "../../platform/errors/invalid-fields.js";
import { AttemptThrottleService } from "../auth/attempt-throttle.service.js";
import type { NewSession, SessionCaller } from "../auth/auth.types.js";
import { PasswordGate } from "../auth/password-gate.service.js";
import { UsersService } from "../users/users.service.js";
import { ProfileRepository } from "./profile.repository.js";

/** Changes one's own password: nobody else can, admins included. */
@Injectable()
export class PasswordChangeService {
  constructor(
    private readonly users: UsersService,
    private readonly repository: ProfileRepository,
    private readonly throttle: AttemptThrottleService,
    private readonly gate: PasswordGate,
  ) {}

  /** Ends all sessions of the user and stores `session` in their place. Throws `invalid_input`, `conflict` or `too_many_requests`. */
  async change(caller: SessionCaller, input: ChangePassword, session: NewSession): Promise<void> {
    await this.gate.forUser(caller.user.id, async () => this.changeNow(caller, input, session));
  }

  private async changeNow({ user, sessionId }: SessionCaller, input: ChangePassword, session: NewSession): Promise<void> {
    const { currentPassword, newPassword, endsTokens } = input;
    const broken = brokenPasswordRules(newPassword, user.username);
    if (broken.length > 0) {
      throw invalidFields(broken.map((message) => ({ path: "newPassword", message })));
    }
    if ((await this.repository.find(user.id))?.hasPassword !== true) {
      throw new AppError("conflict", { detail: "You sign in with single sign-on. There is no password here to change." });
    }
    // Counted by session: whoever holds a stolen one can't keep its owner from changing the password in another.
    const subject = `password:${sessionId}`;
    await this.throttle.countEntry(subject, { limit: "password_change", account: { id: user.id, name: user.username } });
    const verified = await this.users.verifyPasswordOf(user.id, currentPassword);
    if (verified === null) {
      await this.repository.recordRefusal();
      throw invalidFields([{ path: "currentPassword", message: "This is not your current password" }]);
    }
    const passwordHash = await this.users.hashPassword(newPassword);
    if (!(await this.repository.changePassword(user.id, { formerHash: verified.passwordHash, passwordHash, session, endsTokens }))) {
      throw new AppError("conflict", { detail: "Your password was changed elsewhere at the same moment. Sign in again." });
    }
    await this.throttle.clear(subject);
  }
}
