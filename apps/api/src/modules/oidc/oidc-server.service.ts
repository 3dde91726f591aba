import type { OidcTestResult } from "@mosaic/contracts/oidc";
import { OutboundError } from "@mosaic/outbound/outbound-error";
import { Inject, Injectable } from "@nestjs/common";
import * as client from "openid-client";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { OutboundService } from "../outbound-access/outbound.service.js";
import { discoveryUrl, fromOutboundError, judgeDiscovery, judgeKeys, type Discovery, type ServerMetadata } from "./discovery.js";
import { OidcRefusal } from "./oidc-refusal.js";
import { withoutTls } from "./oidc-settings.service.js";
import type { StoredOidc } from "./oidc.types.js";
import { mayCall } from "./plain-address.js";

const keptMs = 600_000;
/** A server that is away is not asked again by everybody who clicks. */
const failureKeptMs = 5_000;

interface Known {
  readonly version: string;
  readonly configuration: Promise<client.Configuration>;
  untilMs: number;
}

/** The sign-in server: what it says of itself, and openid-client set up for it. Every call to it goes through `OutboundService`. */
@Injectable()
export class OidcServerService {
  #known: Known | undefined;

  constructor(
    private readonly outbound: OutboundService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** What is right or wrong with a server, in words for the admin who entered its address. */
  async test(issuer: string): Promise<OidcTestResult> {
    const found = await this.discover(issuer);
    if (found.outcome !== "ok") {
      return { ...found, warnings: [] };
    }
    const answer = await this.ask(found.metadata.jwks_uri);
    const fault = answer instanceof OutboundError ? fromOutboundError(answer) : judgeKeys(answer);
    if (typeof fault === "string") {
      return { outcome: "unsupported", message: fault, warnings: [] };
    }
    if (fault !== null && fault.outcome !== "ok") {
      return { ...fault, warnings: [] };
    }
    const { host } = new URL(issuer);
    return { outcome: "ok", message: `${host} is a sign-in server that Mosaic can use.`, warnings: [...found.warnings] };
  }

  /** openid-client for the stored configuration, with its keys cached. Throws `OidcRefusal` when the server can't be used now. */
  async configuration(stored: StoredOidc): Promise<client.Configuration> {
    const nowMs = this.clock.now().getTime();
    const version = `${stored.version} ${stored.issuer}`;
    if (this.#known?.version === version && nowMs < this.#known.untilMs) {
      return this.#known.configuration;
    }
    const known: Known = { version, configuration: this.setUp(stored), untilMs: nowMs + keptMs };
    this.#known = known;
    known.configuration.catch(() => {
      known.untilMs = this.clock.now().getTime() + failureKeptMs;
    });
    return known.configuration;
  }

  private async setUp(stored: StoredOidc): Promise<client.Configuration> {
    const found = await this.discover(stored.issuer);
    if (found.outcome !== "ok") {
      throw new OidcRefusal("oidc_unavailable", `discovery_${found.outcome}`);
    }
    const { metadata } = found;
    const proof = authentication(metadata, stored.clientSecret);
    const configuration = new client.Configuration({ ...metadata }, stored.clientId, undefined, proof);
    configuration[client.customFetch] = async (url, options) => this.fetch(url, options);
    // Which plain addresses may be called is decided for each call, beneath.
    client.allowInsecureRequests(configuration);
    // Also for what came straight from the token endpoint: a signature is what says whose statement it is.
    client.enableNonRepudiationChecks(configuration);
    return configuration;
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

/** Basic is what a server that says nothing has to accept. */
function authentication(metadata: ServerMetadata, secret: string | null): client.ClientAuth {
  if (secret === null) {
    return client.None();
  }
  const methods = metadata.token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
  return methods.includes("client_secret_basic") ? client.ClientSecretBasic(secret) : client.ClientSecretPost(secret);
}
