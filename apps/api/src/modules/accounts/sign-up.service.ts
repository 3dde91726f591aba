import type { SignUp } from "@mosaic/contracts/account";
import type { SessionUser } from "@mosaic/contracts/identity";
import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { AppError } from "../../platform/errors/app-error.js";
import { AttemptThrottleService } from "../auth/attempt-throttle.service.js";
import { PasswordGate } from "../auth/password-gate.service.js";
import { hashToken } from "../crypto/tokens.js";
import { UsersService } from "../users/users.service.js";
import { SignInOptionsService } from "./sign-in-options.service.js";
import { SignUpRepository, type SignUpRefusal } from "./sign-up.repository.js";

const refusals: Readonly<Record<SignUpRefusal, { path: string; message: string }>> = {
  no_such_invite: { path: "inviteCode", message: "This invite is used up, has expired or was revoked. Ask for a new one." },
  name_taken: { path: "username", message: "This user name is taken" },
};

/** Makes accounts for people who come by themselves: with an invite, or, if an admin allows it, without. */
@Injectable()
export class SignUpService {
  constructor(
    private readonly options: SignInOptionsService,
    private readonly repository: SignUpRepository,
    private readonly users: UsersService,
    private readonly throttle: AttemptThrottleService,
    private readonly gate: PasswordGate,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Throws `forbidden` while sign-up is closed, `invalid_input` or `too_many_requests`. An invite counts only for accounts that were made. */
  async signUp(wish: SignUp, address: string, left: AbortSignal): Promise<SessionUser> {
    return this.gate.forAddress(address, async () => this.signUpNow(wish, address), left);
  }

  private async signUpNow({ username, displayName, password, inviteCode }: SignUp, address: string): Promise<SessionUser> {
    const mode = await this.options.signUpMode();
    if (mode === "invite" && inviteCode === undefined) {
      throw fault({ path: "inviteCode", message: "An invite code is needed. Ask an admin of this Mosaic for one." });
    }
    const inviteHash = inviteCode === undefined ? null : hashToken(inviteCode);
    // Looked at before the password is hashed, which takes a while, and again with the invite locked.
    const refusal = mode === "closed" ? "closed" : await this.repository.findRefusal(username, inviteHash, this.clock.now());
    // Whoever has an invite and a free name is let through, whatever others try from the same address.
    if (inviteHash === null || refusal !== null) {
      await this.throttle.countSignUp(address);
    }
    if (refusal !== null) {
      await this.repository.recordRefusal(refusal);
      throw refusal === "closed" ? closed() : fault(refusals[refusal]);
    }
    const passwordHash = await this.users.hashPassword(password);
    const account = { username, displayName: displayName ?? username, passwordHash };
    const made = await this.repository.create(account, inviteHash, this.clock.now());
    if (typeof made === "string") {
      throw fault(refusals[made]);
    }
    return made;
  }
}

function closed(): AppError {
  return new AppError("forbidden", { detail: "Sign-up is closed. Ask an admin of this Mosaic for an account." });
}

function fault(error: { path: string; message: string }): AppError {
  return new AppError("invalid_input", { detail: error.message, errors: [error] });
}
