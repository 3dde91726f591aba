import type { OidcProblem } from "@mosaic/contracts/oidc";
import { Inject, Injectable } from "@nestjs/common";
import * as client from "openid-client";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { Logger } from "../../platform/logging/logger.js";
import { FairGate } from "../../platform/pressure/fair-gate.js";
import { newToken } from "../crypto/tokens.js";
import { mergeClaims, type Claims } from "./claims.js";
import { clockToleranceSeconds, isSkewed } from "./clock-skew.js";
import { OidcFlowsService, type Beginner } from "./oidc-flows.service.js";
import { OidcRefusal } from "./oidc-refusal.js";
import { callProblem, OidcServerService, type Connected } from "./oidc-server.service.js";
import { OidcSettingsService, redirectUriOf } from "./oidc-settings.service.js";
import type { StoredOidc } from "../settings/stored-oidc.types.js";

const maxSubjectLength = 255;

export interface Proven {
  readonly stored: StoredOidc;
  readonly subject: string;
  readonly claims: Claims;
  /** The userinfo endpoint was asked in vain: what it would have told is not known. */
  readonly hasUserInfoFailed: boolean;
  readonly returnTo: string;
}

/** Beginning is open to strangers, and each is a row. */
const beginningLimits = {
  atOnce: 8,
  atOncePerKey: 2,
  waiting: 1_000,
  waitingPerKey: 200,
  longestWaitMs: 10_000,
  // Nobody reads them: the login page has its own.
  words: { ofKey: "Very many begin from here.", inAll: "Very many begin at once." },
} as const;

/** Speaks OpenID Connect: the authorization code flow with PKCE, state and nonce. */
@Injectable()
export class OidcExchangeService {
  private readonly beginnings = new FairGate(beginningLimits);

  constructor(
    private readonly settings: OidcSettingsService,
    private readonly server: OidcServerService,
    private readonly flows: OidcFlowsService,
    private readonly logger: Logger,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Where the browser goes to sign in. Throws `overloaded` where very many begin. What has begun keeps its place, also when its browser leaves. */
  async begin(stored: StoredOidc, beginner: Beginner, returnTo: string): Promise<URL> {
    return this.beginnings.run(beginner.network, async () => this.beginNow(stored, beginner, returnTo), beginner.left);
  }

  private async beginNow(stored: StoredOidc, beginner: Beginner, returnTo: string): Promise<URL> {
    const { configuration } = await this.server.connect(stored);
    const [state, nonce, verifier] = [newToken(), newToken(), client.randomPKCECodeVerifier()];
    await this.flows.begin(state, beginner, { nonce, verifier, issuer: stored.issuer, version: stored.version, returnTo });
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
    const connected = await this.server.connect(stored);
    const url = new URL(redirectUriOf(stored));
    url.search = query.toString();
    try {
      const checks = { pkceCodeVerifier: flow.verifier, expectedNonce: flow.nonce, expectedState, idTokenExpected: true };
      const tokens = await client.authorizationCodeGrant(connected.configuration, url, checks);
      const idToken = this.checked(tokens.claims());
      const userInfo = await this.userInfo(connected, tokens.access_token, idToken.sub);
      const claims = mergeClaims(idToken, userInfo ?? {});
      return { stored, subject: idToken.sub, claims, hasUserInfoFailed: userInfo === null, returnTo: flow.returnTo };
    } catch (error) {
      throw this.refusalOf(error, connected);
    }
  }

  /** `null` when the endpoint fails, in whatever way: the ID token says who it is. Only an answer about somebody else is a refusal. */
  private async userInfo({ configuration }: Connected, accessToken: string, subject: string): Promise<Claims | null> {
    if (configuration.serverMetadata().userinfo_endpoint === undefined) {
      return {};
    }
    try {
      return await client.fetchUserInfo(configuration, accessToken, subject);
    } catch (error) {
      if (codeOf(error) === "OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED") {
        throw error;
      }
      this.logger.warn("a sign-in server's userinfo endpoint failed, and the sign-in goes on without it", {
        code: codeOf(error),
        cause: codeOf(causeOf(error)),
      });
      return null;
    }
  }

  /** What openid-client leaves to us: a token of the future, and subjects that are none. */
  private checked(idToken: client.IDToken | undefined): client.IDToken {
    const nowSeconds = this.clock.now().getTime() / 1000;
    if (idToken === undefined || idToken.iat > nowSeconds + clockToleranceSeconds) {
      throw new OidcRefusal("oidc_invalid", idToken === undefined ? "no_id_token" : futureReason);
    }
    if (idToken.sub === "" || idToken.sub.length > maxSubjectLength || /\p{Cc}/u.test(idToken.sub) || !idToken.sub.isWellFormed()) {
      throw new OidcRefusal("oidc_invalid", "no_subject");
    }
    return idToken;
  }

  /** The library's error is logged by its code, never by its words: they may quote tokens. */
  private refusalOf(error: unknown, { calls: { skewSeconds } }: Connected): OidcRefusal {
    const isOfTime =
      codeOf(error) === "OAUTH_JWT_TIMESTAMP_CHECK_FAILED" || (error instanceof OidcRefusal && error.reason === futureReason);
    if (isOfTime && isSkewed(skewSeconds)) {
      this.logger.error("the sign-in server's clock and this machine's differ: nobody can sign in", undefined, { skewSeconds });
      return new OidcRefusal("oidc_clock_skew", `clocks_differ_by_${Math.abs(skewSeconds)}_s`, null, skewSeconds);
    }
    if (error instanceof OidcRefusal) {
      return error;
    }
    if (error instanceof client.AuthorizationResponseError) {
      return new OidcRefusal(authorizationProblem(error.error), "server_says_no");
    }
    this.logger.warn("a sign-in server's answer was not accepted", { code: codeOf(error), cause: codeOf(causeOf(error)) });
    if (error instanceof client.ResponseBodyError) {
      return tokenRefusal(error.error, error.status);
    }
    if (error instanceof client.WWWAuthenticateChallengeError) {
      return new OidcRefusal("oidc_client_refused", "client_refused");
    }
    if (isNamed(causeOf(error), "OutboundError") || isNamed(error, "OutboundError")) {
      const code = codeOf(isNamed(error, "OutboundError") ? error : causeOf(error));
      return new OidcRefusal(callProblem(code), `call_${code}`);
    }
    const cause = causeOf(error);
    if (cause instanceof Response && cause.status !== 200) {
      const isClient = cause.status === 401;
      return new OidcRefusal(
        isClient ? "oidc_client_refused" : "oidc_server_error",
        isClient ? "client_refused" : `status_${cause.status}`,
      );
    }
    return new OidcRefusal("oidc_invalid", "answer_not_valid");
  }
}

const futureReason = "issued_in_the_future";

/** Codes of OAuth (RFC 6749, 4.1.2.1) and OpenID Connect with which the browser comes back. Anything else is a no to the person. */
function authorizationProblem(code: string): OidcProblem {
  if (code === "temporarily_unavailable" || code === "server_error") {
    return "oidc_server_error";
  }
  if (code === "invalid_client" || code === "unauthorized_client") {
    return "oidc_client_refused";
  }
  return ["invalid_request", "invalid_scope", "unsupported_response_type"].includes(code) ? "oidc_misconfigured" : "oidc_refused";
}

function tokenRefusal(code: string, status: number): OidcRefusal {
  if (status >= 500 || code === "server_error" || code === "temporarily_unavailable") {
    return new OidcRefusal("oidc_server_error", "server_says_error");
  }
  if (code === "invalid_grant") {
    return new OidcRefusal("oidc_invalid", "code_refused");
  }
  const isClient = status === 401 || code === "invalid_client" || code === "unauthorized_client";
  return isClient ? new OidcRefusal("oidc_client_refused", "client_refused") : new OidcRefusal("oidc_misconfigured", "request_refused");
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
