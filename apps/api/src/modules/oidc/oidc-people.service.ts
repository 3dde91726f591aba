import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { newToken } from "../crypto/tokens.js";
import { displayNameOf, isDomainAllowed, mappedRole, usernameCandidates, verifiedEmail, type Claims } from "./claims.js";
import { OidcIdentitiesRepository } from "./oidc-identities.repository.js";
import { OidcRefusal } from "./oidc-refusal.js";
import type { StoredOidc } from "./oidc.types.js";

/** Decides who of those whom the sign-in server vouches for comes in, and as what. */
@Injectable()
export class OidcPeopleService {
  constructor(
    private readonly repository: OidcIdentitiesRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The account's id. Throws `OidcRefusal`. */
  async admit(stored: StoredOidc, subject: string, claims: Claims): Promise<string> {
    const email = verifiedEmail(claims);
    if (!isDomainAllowed(email, stored.allowedEmailDomains)) {
      throw new OidcRefusal("oidc_not_allowed", email === null ? "email_not_verified" : "email_domain");
    }
    const person = {
      issuer: stored.issuer,
      subject,
      email,
      displayName: displayNameOf(claims),
      role: mappedRole(claims, stored.roleMappings),
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
