import * as client from "openid-client";
import type { ServerMetadata } from "./discovery.js";

/**
 * How Mosaic proves to a sign-in server that it is its client. `basic_as_is`: for servers that don't decode what the standard tells them to
 * (RFC 6749, 2.3.1), where any secret with a dash in it is refused.
 */
export type ProofWay = "basic" | "post" | "basic_as_is";

export interface ClientCredentials {
  readonly id: string;
  /** `null`: a public client. */
  readonly secret: string | null;
}

type Listed = "client_secret_basic" | "client_secret_post";
const listedAs: Readonly<Record<ProofWay, Listed>> = {
  basic: "client_secret_basic",
  post: "client_secret_post",
  basic_as_is: "client_secret_basic",
};

/** Best first: what the server lists, then what it may want all the same. Basic is what a server that says nothing has to accept. */
export function proofWays(
  { token_endpoint_auth_methods_supported: listed }: ServerMetadata,
  { id, secret }: ClientCredentials,
): ProofWay[] {
  if (secret === null) {
    return [];
  }
  const isPlain = /^[A-Za-z0-9]*$/.test(id + secret);
  const ways: ProofWay[] = isPlain ? ["basic", "post"] : ["basic", "post", "basic_as_is"];
  const isListed = (way: ProofWay): boolean => (listed ?? ["client_secret_basic"]).includes(listedAs[way]);
  return [...ways.filter(isListed), ...ways.filter((way) => !isListed(way))];
}

/** A request to the token endpoint, which carries the client's id only, with its secret. */
export function withProof(request: client.CustomFetchOptions, way: ProofWay, { id, secret }: ClientCredentials): client.CustomFetchOptions {
  const body = new URLSearchParams(request.body instanceof URLSearchParams ? request.body : "");
  const headers = new Headers(request.headers);
  body.delete("client_id");
  if (secret !== null && way === "basic_as_is") {
    headers.set("authorization", `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`);
  } else if (secret !== null) {
    const prove = way === "post" ? client.ClientSecretPost(secret) : client.ClientSecretBasic(secret);
    prove({ issuer: "" }, { client_id: id }, body, headers);
  }
  return { ...request, body, headers: Object.fromEntries(headers) };
}

/** Whether a token endpoint refuses the client itself. Keycloak calls a wrong secret `unauthorized_client`. */
export async function isClientRefused(answer: Response): Promise<boolean> {
  if (answer.status === 401) {
    return true;
  }
  if (answer.status !== 400 && answer.status !== 403) {
    return false;
  }
  const fault = await oauthFault(answer);
  return fault === "invalid_client" || fault === "unauthorized_client";
}

/** The `error` of an answer of OAuth. The answer can still be read. */
export async function oauthFault(answer: Response): Promise<string | null> {
  try {
    const body: unknown = await answer.clone().json();
    const fault = typeof body === "object" && body !== null && "error" in body ? body.error : null;
    return typeof fault === "string" ? fault : null;
  } catch {
    return null;
  }
}
