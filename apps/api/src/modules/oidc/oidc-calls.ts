import { parseBoundedJson } from "@mosaic/outbound/bounded-json";
import type * as client from "openid-client";
import type { Clock } from "../../platform/clock/clock.js";
import { isClientRefused, proofWays, withProof, type ClientCredentials, type ProofWay } from "./client-proof.js";
import { skewSecondsOf } from "./clock-skew.js";
import type { ServerMetadata } from "./discovery.js";
import { prune } from "./prune.js";

/** How long Mosaic waits for what it can do without. */
export interface OidcLimits {
  readonly userInfoMs: number;
}
export const OIDC_LIMITS = Symbol("OidcLimits");
export const defaultOidcLimits: OidcLimits = { userInfoMs: 5_000 };

interface Dependencies {
  readonly fetch: (url: string, options: client.CustomFetchOptions) => Promise<Response>;
  readonly clock: Clock;
  readonly limits: OidcLimits;
  /** The way that worked last. */
  readonly knownWay: ProofWay | null;
  readonly onWay: (way: ProofWay) => void;
}

/** The calls to one sign-in server: what is odd about its answers but means no harm ends here, before openid-client sees it. */
export class OidcCalls {
  private readonly metadata: ServerMetadata;
  private readonly credentials: ClientCredentials;
  private readonly dependencies: Dependencies;
  private knownWay: ProofWay | null;
  /** By how much its clock was ahead of ours at the last answer. */
  skewSeconds: number | null = null;

  constructor(metadata: ServerMetadata, credentials: ClientCredentials, dependencies: Dependencies) {
    this.metadata = metadata;
    this.credentials = credentials;
    this.dependencies = dependencies;
    this.knownWay = dependencies.knownWay;
  }

  async fetch(url: string, options: client.CustomFetchOptions): Promise<Response> {
    if (url === new URL(this.metadata.token_endpoint).href) {
      return withoutNulls(await this.askForTokens(url, options));
    }
    if (this.metadata.userinfo_endpoint !== undefined && url === new URL(this.metadata.userinfo_endpoint).href) {
      const patience = AbortSignal.timeout(this.dependencies.limits.userInfoMs);
      const signal = options.signal === undefined ? patience : AbortSignal.any([options.signal, patience]);
      return withoutNulls(await this.call(url, { ...options, signal }));
    }
    return withoutNulls(await this.call(url, options));
  }

  /**
   * A refused client is tried in the other ways once. The code is still good then: whoever refuses a client does not look at it
   * (RFC 6749, 4.1.3). Where a server uses it up all the same, the way is known at the next sign-in.
   */
  private async askForTokens(url: string, options: client.CustomFetchOptions): Promise<Response> {
    const ways = proofWays(this.metadata, this.credentials);
    const known = this.knownWay;
    const inOrder = known !== null && ways.includes(known) ? [known, ...ways.filter((way) => way !== known)] : ways;
    let refusal: Response | null = null;
    for (const way of inOrder) {
      const answer = await this.call(url, withProof(options, way, this.credentials));
      if (!(await isClientRefused(answer))) {
        if (answer.status < 500 && way !== this.knownWay) {
          this.knownWay = way;
          this.dependencies.onWay(way);
        }
        return answer;
      }
      refusal ??= answer;
    }
    return refusal ?? this.call(url, options);
  }

  private async call(url: string, options: client.CustomFetchOptions): Promise<Response> {
    const askedAtMs = this.dependencies.clock.now().getTime();
    const answer = await this.dependencies.fetch(url, options);
    this.skewSeconds = skewSecondsOf(answer.headers, askedAtMs, this.dependencies.clock.now().getTime());
    return answer;
  }
}

/** What is `null` in an answer is absent: many servers write what they don't have so, and openid-client takes it for a value of the wrong type. */
async function withoutNulls(answer: Response): Promise<Response> {
  if (!/\bjson\b/i.test(answer.headers.get("content-type") ?? "")) {
    return answer;
  }
  const { status, headers } = answer;
  const text = await answer.text();
  const json = parseBoundedJson(text);
  const isBodiless = status === 204 || status === 205;
  return new Response(isBodiless ? null : json.isReadable ? JSON.stringify(prune(json.value)) : text, { status, headers });
}
