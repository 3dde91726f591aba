import { Inject, Injectable } from "@nestjs/common";
import * as client from "openid-client";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { Logger } from "../../platform/logging/logger.js";
import { newToken } from "../crypto/tokens.js";
import { mergeClaims, type Claims } from "./claims.js";
import { OidcFlowsService } from "./oidc-flows.service.js";
import { OidcRefusal } from "./oidc-refusal.js";
import { OidcServerService } from "./oidc-server.service.js";
import { OidcSettingsService, redirectUriOf } from "./oidc-settings.service.js";
import type { StoredOidc } from "./oidc.types.js";

/** As openid-client allows for the other times of a token. */
const clockToleranceSeconds = 30;
const maxSubjectLength = 255;

export interface Proven {
  readonly stored: StoredOidc;
  readonly subject: string;
  readonly claims: Claims;
  readonly returnTo: string;
}

/** Speaks OpenID Connect: the authorization code flow with PKCE, state and nonce. */
@Injectable()
export class OidcExchangeService {
  constructor(
    private readonly settings: OidcSettingsService,
    private readonly server: OidcServerService,
    private readonly flows: OidcFlowsService,
    private readonly logger: Logger,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Where the browser goes to sign in. */
  async begin(stored: StoredOidc, browserToken: string, returnTo: string): Promise<URL> {
    const configuration = await this.server.configuration(stored);
    const [state, nonce, verifier] = [newToken(), newToken(), client.randomPKCECodeVerifier()];
    await this.flows.begin(state, browserToken, { nonce, verifier, issuer: stored.issuer, version: stored.version, returnTo });
    return client.buildAuthorizationUrl(configuration, {
      redirect_uri: redirectUriOf(stored),
      scope: stored.scopes.join(" "),
      response_type: "code",
      state,
      nonce,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
    });
  }

  /** Who the sign-in server says that it is. Whatever is wrong with its answer is an `OidcRefusal`. */
  async finish(query: URLSearchParams, browserToken: string | undefined): Promise<Proven> {
    const stored = await this.settings.enabled();
    const state = query.getAll("state");
    if (stored === null || state.length !== 1) {
      throw stored === null ? new OidcRefusal("oidc_unavailable", "not_enabled") : new OidcRefusal("oidc_invalid", "no_state");
    }
    const expectedState = state[0] ?? "";
    const flow = await this.flows.take(expectedState, browserToken);
    if (flow.version !== stored.version || flow.issuer !== stored.issuer) {
      throw new OidcRefusal("oidc_expired", "configuration_changed");
    }
    const configuration = await this.server.configuration(stored);
    const url = new URL(redirectUriOf(stored));
    url.search = query.toString();
    try {
      const checks = { pkceCodeVerifier: flow.verifier, expectedNonce: flow.nonce, expectedState, idTokenExpected: true };
      const tokens = await client.authorizationCodeGrant(configuration, url, checks);
      const idToken = this.checked(tokens.claims());
      const userInfo =
        configuration.serverMetadata().userinfo_endpoint === undefined
          ? {}
          : await client.fetchUserInfo(configuration, tokens.access_token, idToken.sub);
      return { stored, subject: idToken.sub, claims: mergeClaims(idToken, userInfo), returnTo: flow.returnTo };
    } catch (error) {
      throw this.refusalOf(error);
    }
  }

  /** What openid-client leaves to us: a token of the future, and subjects that are none. */
  private checked(idToken: client.IDToken | undefined): client.IDToken {
    const nowSeconds = this.clock.now().getTime() / 1000;
    if (idToken === undefined || idToken.iat > nowSeconds + clockToleranceSeconds) {
      throw new OidcRefusal("oidc_invalid", idToken === undefined ? "no_id_token" : "issued_in_the_future");
    }
    if (idToken.sub === "" || idToken.sub.length > maxSubjectLength || /\p{Cc}/u.test(idToken.sub) || !idToken.sub.isWellFormed()) {
      throw new OidcRefusal("oidc_invalid", "no_subject");
    }
    return idToken;
  }

  /** The library's error is logged by its code, never by its words: they may quote tokens. */
  private refusalOf(error: unknown): OidcRefusal {
    if (error instanceof OidcRefusal) {
      return error;
    }
    if (error instanceof client.AuthorizationResponseError) {
      const isAway = error.error === "temporarily_unavailable" || error.error === "server_error";
      return isAway ? new OidcRefusal("oidc_unavailable", "server_says_error") : new OidcRefusal("oidc_refused", "server_says_no");
    }
    this.logger.warn("a sign-in server's answer was not accepted", { code: codeOf(error), cause: codeOf(causeOf(error)) });
    if (error instanceof client.ResponseBodyError && error.error === "invalid_grant") {
      return new OidcRefusal("oidc_invalid", "code_refused");
    }
    if (error instanceof client.ResponseBodyError || error instanceof client.WWWAuthenticateChallengeError) {
      return new OidcRefusal("oidc_unavailable", "client_refused");
    }
    if (isNamed(causeOf(error), "OutboundError")) {
      return new OidcRefusal("oidc_unavailable", `call_${codeOf(causeOf(error))}`);
    }
    return new OidcRefusal("oidc_invalid", "answer_not_valid");
  }
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "unknown";
}

function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}
