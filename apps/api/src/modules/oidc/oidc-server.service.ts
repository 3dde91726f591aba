import type { OidcProblem, OidcTestResult } from "@mosaic/contracts/oidc";
import { OutboundError, type OutboundErrorCode } from "@mosaic/outbound/outbound-error";
import { Inject, Injectable } from "@nestjs/common";
import * as client from "openid-client";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { OutboundService } from "../outbound-access/outbound.service.js";
import { newToken } from "../crypto/tokens.js";
import { isClientRefused, oauthFault, type ClientCredentials, type ProofWay } from "./client-proof.js";
import { clockToleranceSeconds, isSkewed, skewSecondsOf, skewWords } from "./clock-skew.js";
import {
  discoveryUrl,
  fromOutboundError,
  judgeDiscovery,
  judgeKeys,
  outboundOutcomes,
  type Discovery,
  type ServerMetadata,
} from "./discovery.js";
import { OIDC_LIMITS, OidcCalls, type OidcLimits } from "./oidc-calls.js";
import { OidcRefusal } from "./oidc-refusal.js";
import { withoutTls } from "./oidc-settings.service.js";
import type { StoredOidc } from "../settings/stored-oidc.types.js";
import { mayCall } from "./plain-address.js";

const keptMs = 600_000;
/** A server that is away is not asked again by everybody who clicks. */
const failureKeptMs = 5_000;

/** openid-client set up for a server, and the calls that it makes. */
export interface Connected {
  readonly configuration: client.Configuration;
  readonly calls: OidcCalls;
}

interface Known {
  readonly version: string;
  readonly connected: Promise<Connected>;
  untilMs: number;
}

/** The sign-in server: what it says of itself, and openid-client set up for it. Every call to it goes through `OutboundService`. */
@Injectable()
export class OidcServerService {
  private known: Known | undefined;
  /** How the client of a configuration proves itself, once that was found out. */
  private way: { readonly version: string; readonly way: ProofWay } | undefined;

  constructor(
    private readonly outbound: OutboundService,
    @Inject(OIDC_LIMITS) private readonly limits: OidcLimits,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** What is right or wrong with a server, in words for the admin who entered its address; with credentials, whether it takes them, too. */
  async test(issuer: string, credentials: ClientCredentials | null, redirectUri: string): Promise<OidcTestResult> {
    const found = await this.discover(issuer);
    if (found.outcome !== "ok") {
      return { ...found, warnings: [] };
    }
    const askedAtMs = this.clock.now().getTime();
    const answer = await this.ask(found.metadata.jwks_uri);
    const fault = answer instanceof OutboundError ? fromOutboundError(answer) : judgeKeys(answer);
    if (typeof fault === "string") {
      return { outcome: "unsupported", message: fault, warnings: [] };
    }
    if (fault !== null && fault.outcome !== "ok") {
      return { ...fault, warnings: [] };
    }
    const skewSeconds = answer instanceof OutboundError ? null : skewSecondsOf(answer.headers, askedAtMs, this.clock.now().getTime());
    const { host } = new URL(issuer);
    const warnings = [...found.warnings, ...(isSkewed(skewSeconds) ? [clockWords(host, skewSeconds)] : [])];
    const client = credentials === null ? null : await this.probe(found.metadata, credentials, redirectUri);
    return { ...clientFinding(host, client, credentials?.secret !== null), warnings };
  }

  /** openid-client for the stored configuration, with its keys cached. Throws `OidcRefusal` when the server can't be used now. */
  async connect(stored: StoredOidc): Promise<Connected> {
    const nowMs = this.clock.now().getTime();
    const version = `${stored.version} ${stored.issuer}`;
    if (this.known?.version === version && nowMs < this.known.untilMs) {
      return this.known.connected;
    }
    const known: Known = { version, connected: this.setUp(stored), untilMs: nowMs + keptMs };
    this.known = known;
    known.connected.catch(() => {
      known.untilMs = this.clock.now().getTime() + failureKeptMs;
    });
    return known.connected;
  }

  private async setUp(stored: StoredOidc): Promise<Connected> {
    const found = await this.discover(stored.issuer);
    if (found.outcome !== "ok") {
      throw new OidcRefusal(discoveryProblems[found.outcome], `discovery_${found.outcome}`);
    }
    const { metadata } = found;
    const calls = this.callsTo(metadata, { id: stored.clientId, secret: stored.clientSecret }, stored.version);
    // The proof is added by the calls, which know which one this server takes.
    const configuration = new client.Configuration({ ...metadata }, stored.clientId, undefined, client.None());
    configuration[client.customFetch] = async (url, options) => calls.fetch(url, options);
    // Which plain addresses may be called is decided for each call, beneath.
    client.allowInsecureRequests(configuration);
    // Also for what came straight from the token endpoint: a signature is what says whose statement it is.
    client.enableNonRepudiationChecks(configuration);
    return { configuration, calls };
  }

  private callsTo(metadata: ServerMetadata, credentials: ClientCredentials, version: string | null): OidcCalls {
    return new OidcCalls(metadata, credentials, {
      fetch: async (url, options) => this.fetch(url, options),
      clock: this.clock,
      limits: this.limits,
      knownWay: version !== null && this.way?.version === version ? this.way.way : null,
      onWay: (way) => {
        this.way = version === null ? this.way : { version, way };
      },
    });
  }

  /**
   * Asks for tokens with a code that nobody gave: a server that knows the client refuses the code, one that does not refuses the client
   * (RFC 6749, 5.2).
   */
  private async probe(metadata: ServerMetadata, credentials: ClientCredentials, redirectUri: string): Promise<ClientAnswer> {
    const code = newToken();
    const body = new URLSearchParams({ grant_type: "authorization_code", code, redirect_uri: redirectUri, code_verifier: newToken() });
    body.set("client_id", credentials.id);
    const headers = { accept: "application/json", "content-type": "application/x-www-form-urlencoded;charset=UTF-8" };
    try {
      const calls = this.callsTo(metadata, credentials, null);
      const answer = await calls.fetch(new URL(metadata.token_endpoint).href, { method: "POST", redirect: "manual", headers, body });
      if (await isClientRefused(answer)) {
        return "refused";
      }
      return (await oauthFault(answer)) === "invalid_grant" ? "accepted" : "unclear";
    } catch (error) {
      if (error instanceof OutboundError) {
        return error;
      }
      throw error;
    }
  }

  private async discover(issuer: string): Promise<Discovery> {
    const policy = await this.outbound.policy();
    if (!mayCall(new URL(issuer), policy)) {
      return { outcome: "address_refused", message: withoutTls(issuer) };
    }
    const answer = await this.ask(discoveryUrl(issuer));
    return answer instanceof OutboundError ? fromOutboundError(answer) : judgeDiscovery(issuer, answer, (url) => mayCall(url, policy));
  }

  private async ask(url: string): Promise<Awaited<ReturnType<OutboundService["json"]>> | OutboundError> {
    try {
      return await this.outbound.json(url, { headers: { accept: "application/json" } });
    } catch (error) {
      if (error instanceof OutboundError) {
        return error;
      }
      throw error;
    }
  }

  private async fetch(url: string, options: client.CustomFetchOptions): Promise<Response> {
    if (!mayCall(new URL(url), await this.outbound.policy())) {
      throw new OutboundError("address_refused", withoutTls(url), { host: new URL(url).hostname, reason: "no_tls" });
    }
    return this.outbound.fetch(url, options);
  }
}

type ClientAnswer = "accepted" | "refused" | "unclear" | OutboundError;

function clientFinding(host: string, answer: ClientAnswer | null, hasSecret: boolean): Pick<OidcTestResult, "outcome" | "message"> {
  const what = hasSecret ? "client id or secret" : "client id, or wants a secret with it";
  if (answer === "refused") {
    const message = `${host} is a sign-in server that Mosaic can use, but it does not accept Mosaic's ${what}. Compare both with what is registered there: copy them anew, without blanks.`;
    return { outcome: "client_refused", message };
  }
  if (answer instanceof OutboundError) {
    const found = fromOutboundError(answer);
    const outcome = found.outcome === "ok" ? "server_error" : found.outcome;
    return { outcome, message: `The description of ${host} is right, but its token endpoint can't be used: ${answer.message}` };
  }
  const about = {
    accepted: ` It accepts the ${hasSecret ? "client id and secret" : "client id"}.`,
    unclear: " Whether it accepts the client id and secret shows at the first sign-in.",
    untested: "",
  }[answer ?? "untested"];
  return { outcome: "ok", message: `${host} is a sign-in server that Mosaic can use.${about}` };
}

function clockWords(host: string, skewSeconds: number): string {
  const side = skewSeconds > 0 ? "ahead of" : "behind";
  return `The clock of ${host} is ${skewWords(skewSeconds)} ${side} this machine's. Nobody can sign in when they differ by more than ${clockToleranceSeconds} seconds: set both by NTP.`;
}

/** How a fault of the server's description is told to somebody who signs in. */
const discoveryProblems: Readonly<Record<Exclude<OidcTestResult["outcome"], "ok">, OidcProblem>> = {
  unknown_host: "oidc_unavailable",
  refused: "oidc_unavailable",
  timeout: "oidc_unavailable",
  tls: "oidc_unavailable",
  server_error: "oidc_server_error",
  address_refused: "oidc_misconfigured",
  not_oidc: "oidc_misconfigured",
  issuer_mismatch: "oidc_misconfigured",
  unsupported: "oidc_misconfigured",
  client_refused: "oidc_client_refused",
};

/** The same for a call of a sign-in that is under way. */
export function callProblem(code: string): OidcProblem {
  const found = outboundOutcomes[code as OutboundErrorCode] ?? "server_error";
  return found === "not_oidc" ? "oidc_server_error" : discoveryProblems[found];
}
