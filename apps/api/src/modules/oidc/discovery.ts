import type { OidcTestResult } from "@mosaic/contracts/oidc";
import type { BoundedJson } from "@mosaic/outbound/bounded-json";
import type { OutboundError, OutboundErrorCode } from "@mosaic/outbound/outbound-error";
import { z } from "zod";
import { prune } from "./prune.js";

/** What Mosaic uses of a server's own description. What else it says has no effect. */
export interface ServerMetadata {
  readonly issuer: string;
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly jwks_uri: string;
  readonly userinfo_endpoint?: string;
  /** Of answers of the userinfo endpoint that are signed. */
  readonly userinfo_signing_alg_values_supported: string[];
  readonly id_token_signing_alg_values_supported: string[];
  readonly token_endpoint_auth_methods_supported?: string[];
  readonly authorization_response_iss_parameter_supported?: boolean;
}

type Outcome = OidcTestResult["outcome"];

export type Discovery =
  | { readonly outcome: "ok"; readonly metadata: ServerMetadata; readonly warnings: readonly string[] }
  | { readonly outcome: Exclude<Outcome, "ok">; readonly message: string };

/** Signed with a key that only the server has. `none` and the ones made with a shared secret are never accepted. */
const trustedAlgorithms = new Set(["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"]);
const authMethods = new Set(["client_secret_basic", "client_secret_post", "none"]);
const maxShown = 200;

const address = z.string().max(2000);
const names = z.array(z.string().max(200)).max(200);
const description = z.object({
  issuer: address,
  authorization_endpoint: address,
  token_endpoint: address,
  jwks_uri: address,
  userinfo_endpoint: address.optional(),
  response_types_supported: names.optional(),
  grant_types_supported: names.optional(),
  code_challenge_methods_supported: names.optional(),
  id_token_signing_alg_values_supported: names.optional(),
  userinfo_signing_alg_values_supported: names.optional(),
  token_endpoint_auth_methods_supported: names.optional(),
  authorization_response_iss_parameter_supported: z.boolean().optional(),
});
type Description = z.infer<typeof description>;

export function discoveryUrl(issuer: string): string {
  return `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
}

/** Reads what a server says of itself. `mayCall`: whether Mosaic speaks to an address at all (with TLS, or where an admin allowed it). */
export function judgeDiscovery(
  issuer: string,
  answer: { readonly status: number; readonly json: BoundedJson },
  mayCall: (url: URL) => boolean,
): Discovery {
  const { host } = new URL(issuer);
  if (answer.status >= 500) {
    return { outcome: "server_error", message: `${host} answers with an error of its own (${answer.status}). Try again later.` };
  }
  const parsed = answer.status === 200 && answer.json.isReadable ? description.safeParse(prune(answer.json.value)) : undefined;
  if (parsed?.success !== true) {
    const message = `${host} answers (${answer.status}), but not as a sign-in server: there is no description of OpenID Connect at ${discoveryUrl(issuer)}. Check the issuer's path.`;
    return { outcome: "not_oidc", message };
  }
  const server = parsed.data;
  if (server.issuer !== issuer) {
    const message = `The server calls itself ${server.issuer.slice(0, maxShown)}, but ${issuer} was entered. Both must be the same, to the last character: a slash at the end counts.`;
    return { outcome: "issuer_mismatch", message };
  }
  const missing = missingIn(server, mayCall);
  if (missing !== null) {
    return { outcome: "unsupported", message: missing };
  }
  return { outcome: "ok", metadata: metadataOf(server), warnings: warningsOf(server) };
}

function missingIn(server: Description, mayCall: (url: URL) => boolean): string | null {
  if (
    server.response_types_supported?.includes("code") === false ||
    server.grant_types_supported?.includes("authorization_code") === false
  ) {
    return "The server does not offer the authorization code flow, which Mosaic signs people in with.";
  }
  if (server.code_challenge_methods_supported?.includes("S256") === false) {
    return "The server does not offer PKCE with S256, which Mosaic needs.";
  }
  if (algorithmsOf(server).length === 0) {
    return "The server signs its ID tokens with nothing that Mosaic trusts: it must offer RS256, ES256 or another signature with a key of its own.";
  }
  const methods = server.token_endpoint_auth_methods_supported ?? [];
  if (methods.length > 0 && !methods.some((method) => authMethods.has(method))) {
    return "The server asks clients to authenticate in a way that Mosaic does not know: it must accept client_secret_basic or client_secret_post.";
  }
  for (const endpoint of ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"] as const) {
    const url = URL.parse(server[endpoint] ?? server.issuer);
    if (url === null || !mayCall(url)) {
      return `The server's ${endpoint} is no address that begins with https://.`;
    }
  }
  return null;
}

function warningsOf(server: Description): string[] {
  const warnings = [];
  if (server.issuer.startsWith("http:")) {
    warnings.push("Without TLS, whoever can listen in between can sign in as anybody. Use this only for trying out.");
  }
  if (server.code_challenge_methods_supported === undefined) {
    warnings.push("The server does not say whether it supports PKCE with S256. Most do; signing in shows it.");
  }
  return warnings;
}

/** RS256 is what a server that says nothing has to use. */
function algorithmsOf(server: Description): string[] {
  return (server.id_token_signing_alg_values_supported ?? ["RS256"]).filter((name) => trustedAlgorithms.has(name));
}

/** Every trusted one where the server does not say: a signed answer is still checked with its keys. */
function userInfoAlgorithmsOf({ userinfo_signing_alg_values_supported: listed }: Description): string[] {
  const trusted = (listed ?? []).filter((name) => trustedAlgorithms.has(name));
  return trusted.length > 0 ? trusted : [...trustedAlgorithms];
}

function metadataOf(server: Description): ServerMetadata {
  const { userinfo_endpoint, token_endpoint_auth_methods_supported, authorization_response_iss_parameter_supported } = server;
  return {
    issuer: server.issuer,
    authorization_endpoint: server.authorization_endpoint,
    token_endpoint: server.token_endpoint,
    jwks_uri: server.jwks_uri,
    id_token_signing_alg_values_supported: algorithmsOf(server),
    userinfo_signing_alg_values_supported: userInfoAlgorithmsOf(server),
    ...(userinfo_endpoint === undefined ? {} : { userinfo_endpoint }),
    ...(token_endpoint_auth_methods_supported === undefined ? {} : { token_endpoint_auth_methods_supported }),
    ...(authorization_response_iss_parameter_supported === undefined ? {} : { authorization_response_iss_parameter_supported }),
  };
}

export const outboundOutcomes: Readonly<Record<OutboundErrorCode, Exclude<Outcome, "ok">>> = {
  address_refused: "address_refused",
  unknown_host: "unknown_host",
  refused: "refused",
  timeout: "timeout",
  tls: "tls",
  reset: "server_error",
  redirected: "not_oidc",
  too_large: "not_oidc",
  bad_answer: "not_oidc",
  bad_url: "not_oidc",
  bad_request: "not_oidc",
};

export function fromOutboundError(error: OutboundError): Discovery {
  return { outcome: outboundOutcomes[error.code], message: error.message };
}

const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(1000) });

/** What is wrong with a server's published keys; `null` if there is one that ID tokens can be checked with. */
export function judgeKeys(answer: { readonly status: number; readonly json: BoundedJson }): string | null {
  const parsed = answer.status === 200 && answer.json.isReadable ? keySet.safeParse(prune(answer.json.value)) : undefined;
  const isUsable = parsed?.success === true && parsed.data.keys.some(({ kty, use }) => ["RSA", "EC", "OKP"].includes(kty) && use !== "enc");
  return isUsable ? null : "The server publishes no key at its jwks_uri that its ID tokens could be checked with.";
}
