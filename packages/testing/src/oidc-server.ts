import { generateKeyPairSync } from "node:crypto";
import { createServer, type RequestListener } from "node:http";
import { Provider, type ClientMetadata } from "oidc-provider";
import { listenOn, type RunningServer } from "@mosaic/demo-llm/listening-server";

/** What the sign-in server says of one of its people. */
export interface OidcPerson {
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly name?: string;
  readonly preferred_username?: string;
  readonly groups?: readonly string[];
}

export interface OidcServerOptions {
  readonly port?: number;
  readonly client: { readonly id: string; readonly secret: string; readonly redirectUris: readonly string[] };
  /** By the name that they type at its login page; any password will do. The name is the subject too. */
  readonly people: Record<string, OidcPerson>;
}

/** A real, certified sign-in server on loopback, with its own pages for signing in and for consent. */
export interface OidcServer extends RunningServer {
  readonly issuer: string;
  /** May be changed while it runs. */
  readonly people: Record<string, OidcPerson>;
}

export async function startOidcServer(options: OidcServerOptions): Promise<OidcServer> {
  let handle: RequestListener = (_request, response) => void response.writeHead(503).end();
  const server = createServer((request, response) => handle(request, response));
  const running = await listenOn(server, { port: options.port });
  const { people } = options;
  const client: ClientMetadata = {
    client_id: options.client.id,
    client_secret: options.client.secret,
    redirect_uris: [...options.client.redirectUris],
    grant_types: ["authorization_code"],
    response_types: ["code"],
  };
  const provider = new Provider(running.url, {
    clients: [client],
    jwks: { keys: [signingKey()] },
    cookies: { keys: ["a key for the cookies of a test's server"] },
    pkce: { required: () => true },
    scopes: ["openid", "profile", "email", "groups"],
    claims: {
      openid: ["sub"],
      profile: ["name", "preferred_username"],
      email: ["email", "email_verified"],
      groups: ["groups"],
    },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
    features: { devInteractions: { enabled: true } },
  });
  handle = (request, response) => void provider.callback()(request, response);
  return { ...running, issuer: running.url, people };
}

function signingKey(): Record<string, unknown> & { kty: "RSA" } {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { ...privateKey.export({ format: "jwk" }), kty: "RSA", use: "sig", alg: "RS256", kid: "test-key" };
}
