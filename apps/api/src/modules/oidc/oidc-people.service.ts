import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { Logger } from "../../platform/logging/logger.js";
import { newToken } from "../crypto/tokens.js";
import { decideRole, displayNameOf, isDomainAllowed, usernameCandidates, verifiedEmail } from "./claims.js";
import { OidcIdentitiesRepository } from "./oidc-identities.repository.js";
import { OidcRefusal } from "./oidc-refusal.js";
import type { Proven } from "./oidc-exchange.service.js";

/** Decides who of those whom the sign-in server vouches for comes in, and as what. */
@Injectable()
export class OidcPeopleService {
  constructor(
    private readonly repository: OidcIdentitiesRepository,
    private readonly logger: Logger,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The account's id. Throws `OidcRefusal`. */
  async admit({ stored, subject, claims, hasUserInfoFailed }: Proven): Promise<string> {
    const isEmailTold = !hasUserInfoFailed || claims["email"] !== undefined;
    const email = isEmailTold ? verifiedEmail(claims) : await this.repository.emailOf(stored.issuer, subject);
    if (!isDomainAllowed(email, stored.allowedEmailDomains)) {
      throw isEmailTold
        ? new OidcRefusal("oidc_not_allowed", email === null ? "email_not_verified" : "email_domain")
        : new OidcRefusal("oidc_server_error", "email_not_told");
    }
    const decision = decideRole(claims, stored.roleMappings, hasUserInfoFailed);
    if (decision.kind === "untold") {
      const { claim, why } = decision;
      this.logger.warn("the sign-in server does not tell what a role depends on: it stays as it is", { claim, why });
    }
    const person = {
      issuer: stored.issuer,
      subject,
      email,
      displayName: displayNameOf(claims),
      role: decision.kind === "told" ? decision.role : null,
      untold: decision.kind === "untold" ? decision : null,
      usernames: usernameCandidates(claims, () =>
        newToken()
          .replaceAll(/[^a-z0-9]/g, "")
          .slice(0, 4)
          .padEnd(4, "0"),
      ),
    };
    const admission = await this.repository.admit(person, stored.autoCreate, this.clock.now());
    if (admission.kind === "disabled") {
      throw new OidcRefusal("oidc_disabled_account", "account_disabled", { id: admission.userId, name: admission.username });
    }
    if (admission.kind === "unknown") {
      throw new OidcRefusal("oidc_no_account", "no_account");
    }
    return admission.userId;
  }

  async recordRefusal({ reason, account }: OidcRefusal): Promise<void> {
    await this.repository.recordRefusal(reason, account);
  }
}
