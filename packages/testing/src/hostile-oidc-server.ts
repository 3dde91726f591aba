import { createHash, createHmac, createSign, generateKeyPairSync, randomBytes, type KeyObject } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { listenOn, type RunningServer } from "@mosaic/demo-llm/listening-server";

type Json = Record<string, unknown>;
type Path = "discovery" | "token" | "jwks" | "userinfo";

/** What the server does wrong. With none of it, it is a correct server. */
export interface OidcLies {
  discovery?: (document: Json) => unknown;
  /** Of the ID token. */
  claims?: (claims: Json) => Json;
  header?: (header: Json) => Json;
  signWith?: "another_key" | "nothing" | "public_key_as_secret" | "client_secret";
  /** `iss` of the redirect back; `null`: none. */
  iss?: string | null;
  /** Answers an endpoint itself. */
  answer?: (path: Path, response: ServerResponse) => boolean;
  /** Takes a code more than once. */
  acceptsReplays?: boolean;
  /** How a client has to prove itself. Without it, nobody has to. `basic_as_is` decodes nothing; `never` accepts nobody. */
  proof?: "basic" | "basic_as_is" | "post" | "never";
  /** What a client that did not is told. */
  refusal?: { readonly status: number; readonly body: unknown };
  /** A refused client uses the code up. */
  usesUpRefusedCodes?: boolean;
  /** Of the token endpoint. */
  token?: (answer: Json) => Json;
  /** How far its clock is ahead. */
  clockAheadSeconds?: number;
  userInfo?: UserInfoLie;
}

export type UserInfoLie =
  | { readonly status: number; readonly body?: string; readonly type?: string }
  /** `signed`: as a JWT, by the key of the ID tokens or by another. `hangs`: an answer that never comes. */
  | "signed"
  | "signed_by_another"
  | "hangs"
  | "resets";

export interface HostileOidcServer extends RunningServer {
  readonly issuer: string;
  readonly lies: OidcLies;
  readonly person: Json;
  readonly calls: string[];
  readonly endedCalls: number;
  reset(): void;
  /** Its keys are replaced, as servers do now and then. */
  rotateKeys(): void;
}

interface Grant {
  readonly nonce: string | null;
  readonly challenge: string;
  isUsed: boolean;
}

interface Keys {
  readonly id: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** A sign-in server that signs everybody in at once, and lies as it is told to. */
export async function startHostileOidcServer(client: { readonly id: string; readonly secret: string }): Promise<HostileOidcServer> {
  const site = new HostileSite(client);
  const running = await listenOn(
    createServer((request, response) => void site.handle(request, response)),
    {},
  );
  site.issuer = running.url;
  return {
    ...running,
    issuer: running.url,
    lies: site.lies,
    person: site.person,
    calls: site.calls,
    get endedCalls() {
      return site.endedCalls;
    },
    reset: () => site.reset(),
    rotateKeys: () => {
      site.keys = newKeys();
    },
  };
}

class HostileSite {
  issuer = "";
  readonly lies: OidcLies = {};
  readonly person: Json = {};
  readonly calls: string[] = [];
  endedCalls = 0;
  keys = newKeys();
  private readonly anothersKeys = newKeys();
  private readonly grants = new Map<string, Grant>();
  private readonly client: { readonly id: string; readonly secret: string };

  constructor(client: { readonly id: string; readonly secret: string }) {
    this.client = client;
    this.reset();
  }

  reset(): void {
    for (const name of Object.keys(this.lies)) delete this.lies[name as keyof OidcLies];
    for (const name of Object.keys(this.person)) delete this.person[name];
    Object.assign(this.person, { sub: "subject-1", email: "ann@example.org", email_verified: true, preferred_username: "ann" });
    this.calls.length = 0;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", this.issuer);
    this.calls.push(url.pathname);
    response.once("close", () => {
      this.endedCalls += 1;
    });
    if (this.lies.clockAheadSeconds !== undefined) {
      response.setHeader("date", new Date(this.nowMs()).toUTCString());
    }
    const path = pathOf(url.pathname);
    if (path !== null && this.lies.answer?.(path, response) === true) {
      return;
    }
    if (url.pathname === "/authorize") {
      this.authorize(url, response);
    } else if (path === "discovery") {
      send(response, 200, this.lies.discovery?.(this.discovery()) ?? this.discovery());
    } else if (path === "jwks") {
      const jwk = this.keys.publicKey.export({ format: "jwk" });
      send(response, 200, { keys: [{ ...jwk, kid: this.keys.id, use: "sig", alg: "RS256" }] });
    } else if (path === "userinfo") {
      this.userInfo(response);
    } else if (path === "token") {
      this.token(new URLSearchParams(await textOf(request)), request.headers.authorization ?? "", response);
    } else {
      send(response, 404, {});
    }
  }

  private discovery(): Json {
    const { issuer } = this;
    return {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      userinfo_endpoint: `${issuer}/userinfo`,
      response_types_supported: ["code"],
      code_challenge_methods_supported: ["S256"],
      id_token_signing_alg_values_supported: ["RS256", "HS256", "none"],
      authorization_response_iss_parameter_supported: true,
    };
  }

  private authorize(url: URL, response: ServerResponse): void {
    const code = randomBytes(16).toString("hex");
    const { searchParams: asked } = url;
    this.grants.set(code, { nonce: asked.get("nonce"), challenge: asked.get("code_challenge") ?? "", isUsed: false });
    const back = new URL(asked.get("redirect_uri") ?? this.issuer);
    back.searchParams.set("code", code);
    back.searchParams.set("state", asked.get("state") ?? "");
    const iss = this.lies.iss === undefined ? this.issuer : this.lies.iss;
    if (iss !== null) back.searchParams.set("iss", iss);
    response.writeHead(302, { location: back.href }).end();
  }

  private userInfo(response: ServerResponse): void {
    const { userInfo: lie } = this.lies;
    if (lie === undefined) {
      send(response, 200, this.person);
    } else if (lie === "signed" || lie === "signed_by_another") {
      const claims = { ...this.person, iss: this.issuer, aud: this.client.id };
      const { privateKey } = lie === "signed" ? this.keys : this.anothersKeys;
      const signed = encoded({ alg: "RS256", kid: this.keys.id }, claims);
      const jwt = `${signed}.${createSign("RSA-SHA256").update(signed).sign(privateKey, "base64url")}`;
      response.writeHead(200, { "content-type": "application/jwt" }).end(jwt);
    } else if (lie === "resets") {
      response.destroy();
    } else if (lie !== "hangs") {
      const challenge = lie.status === 401 ? { "www-authenticate": 'Bearer error="invalid_token"' } : {};
      response.writeHead(lie.status, { "content-type": lie.type ?? "application/json", ...challenge }).end(lie.body ?? "{}");
    }
  }

  private isProven(form: URLSearchParams, authorization: string): boolean {
    const { id, secret } = this.client;
    const basic = Buffer.from(authorization.replace(/^Basic /, ""), "base64").toString();
    const decoded = basic.split(":").map((part) => new URLSearchParams(`part=${part}`).get("part"));
    const proofs = {
      basic: decoded[0] === id && decoded[1] === secret,
      basic_as_is: basic === `${id}:${secret}`,
      post: form.get("client_id") === id && form.get("client_secret") === secret,
      never: false,
    };
    return this.lies.proof === undefined || proofs[this.lies.proof];
  }

  private nowMs(): number {
    return Date.now() + (this.lies.clockAheadSeconds ?? 0) * 1000;
  }

  private token(form: URLSearchParams, authorization: string, response: ServerResponse): void {
    const grant = this.grants.get(form.get("code") ?? "");
    if (!this.isProven(form, authorization)) {
      if (grant !== undefined && this.lies.usesUpRefusedCodes === true) grant.isUsed = true;
      const { status, body } = this.lies.refusal ?? { status: 401, body: { error: "invalid_client" } };
      send(response, status, body);
      return;
    }
    const challenge = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    if (grant === undefined || grant.challenge !== challenge || (grant.isUsed && this.lies.acceptsReplays !== true)) {
      send(response, 400, { error: "invalid_grant" });
      return;
    }
    grant.isUsed = true;
    const truth = { access_token: "access", token_type: "Bearer", expires_in: 60, id_token: this.idToken(grant) };
    send(response, 200, this.lies.token?.(truth) ?? truth);
  }

  private idToken(grant: Grant): string {
    const now = Math.floor(this.nowMs() / 1000);
    const truth: Json = { iss: this.issuer, aud: this.client.id, sub: this.person["sub"], nonce: grant.nonce, iat: now, exp: now + 300 };
    const claims = this.lies.claims?.(truth) ?? truth;
    const algorithm = { nothing: "none", public_key_as_secret: "HS256", client_secret: "HS256", another_key: "RS256" }[
      this.lies.signWith ?? "another_key"
    ];
    const truthfulHeader: Json = { alg: algorithm, kid: this.keys.id };
    const header = this.lies.header?.(truthfulHeader) ?? truthfulHeader;
    const signed = encoded(header, claims);
    return `${signed}.${this.signature(signed)}`;
  }

  private signature(signed: string): string {
    const { signWith } = this.lies;
    if (signWith === "nothing") return "";
    if (signWith === "client_secret") return createHmac("sha256", this.client.secret).update(signed).digest("base64url");
    if (signWith === "public_key_as_secret") {
      return createHmac("sha256", this.keys.publicKey.export({ format: "pem", type: "spki" }))
        .update(signed)
        .digest("base64url");
    }
    const { privateKey } = signWith === undefined ? this.keys : this.anothersKeys;
    return createSign("RSA-SHA256").update(signed).sign(privateKey, "base64url");
  }
}

function pathOf(pathname: string): Path | null {
  if (pathname === "/.well-known/openid-configuration") return "discovery";
  const name = pathname.slice(1);
  return name === "token" || name === "jwks" || name === "userinfo" ? name : null;
}

function newKeys(): Keys {
  return { id: randomBytes(4).toString("hex"), ...generateKeyPairSync("rsa", { modulusLength: 2048 }) };
}

function encoded(...parts: Json[]): string {
  return parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(typeof body === "string" ? body : JSON.stringify(body));
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += chunk as string;
  return text;
}
