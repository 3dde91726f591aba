import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, verify, type ECDH } from "node:crypto";
import { createServer } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import { listenOn, type RunningServer } from "@mosaic/demo-llm/listening-server";
import { receiveBody } from "@mosaic/incoming/bounded-body";

/** What `PushSubscription.toJSON()` gives in a browser. */
export interface BrowserSubscription {
  readonly endpoint: string;
  readonly keys: { readonly p256dh: string; readonly auth: string };
}

export interface ReceivedPush {
  /** The last part of the subscription's address. */
  readonly name: string;
  /** As its browser decrypts it. */
  readonly text: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The public key of who has pushed it, and what that claims. */
  readonly key: string;
  readonly claims: { readonly aud?: unknown; readonly exp?: unknown; readonly sub?: unknown };
  /** On the wire. */
  readonly bodyBytes: number;
}

/** How it answers instead of taking the push; `hangs`: never. */
export type PushAnswer = { readonly status: number; readonly text?: string; readonly headers?: Readonly<Record<string, string>> } | "hangs";

export interface PushService extends RunningServer {
  /** Everything that was taken, in its order. */
  readonly received: readonly ReceivedPush[];
  /** How often each was called, whatever it answered. */
  readonly calls: ReadonlyMap<string, number>;
  subscribe(name: string): BrowserSubscription;
  /** From now on, for one subscription; `null`: as it should. */
  answer(name: string, answer: PushAnswer | null): void;
}

interface Browser {
  readonly keys: ECDH;
  readonly auth: Buffer;
}

/** A push service (RFC 8030) with the browsers behind it: it asks for VAPID (RFC 8292) and decrypts what arrives (RFC 8291, RFC 8188). */
export async function startPushService(tls: { readonly cert: string; readonly key: string }): Promise<PushService> {
  const browsers = new Map<string, Browser>();
  const answers = new Map<string, PushAnswer>();
  const received: ReceivedPush[] = [];
  const calls = new Map<string, number>();
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const name = (request.url ?? "").slice("/push/".length);
    calls.set(name, (calls.get(name) ?? 0) + 1);
    const body = await receiveBody(request, { maxBytes: 4_096, arrivalMs: 10_000 }, (fault) => new Error(fault));
    const answer = answers.get(name);
    if (answer === "hangs") return;
    if (answer !== undefined) {
      response.writeHead(answer.status, answer.headers).end(answer.text);
      return;
    }
    const browser = browsers.get(name);
    if (browser === undefined) {
      response.writeHead(410).end();
      return;
    }
    try {
      const { key, claims } = provenBy(request, url);
      received.push({ name, text: decrypted(body, browser), headers: request.headers, key, claims, bodyBytes: body.length });
      response.writeHead(201).end();
    } catch (error) {
      response.writeHead(403).end(String(error));
    }
  };
  const server = createServer(tls, (request, response) => void handle(request, response).catch(() => response.destroy()));
  const running = await listenOn(server, {});
  const url = running.url.replace("http:", "https:");
  return {
    ...running,
    url,
    received,
    calls,
    subscribe: (name) => {
      const keys = createECDH("prime256v1");
      const p256dh = keys.generateKeys().toString("base64url");
      const auth = randomBytes(16);
      browsers.set(name, { keys, auth });
      return { endpoint: `${url}/push/${name}`, keys: { p256dh, auth: auth.toString("base64url") } };
    },
    answer: (name, answer) => {
      if (answer === null) answers.delete(name);
      else answers.set(name, answer);
    },
  };
}

/** Throws unless the request is signed for this service, for a day at most. */
function provenBy(request: IncomingMessage, url: string): Pick<ReceivedPush, "key" | "claims"> {
  if (request.method !== "POST" || !/^\d+$/.test(String(request.headers["ttl"]))) throw new Error("A push is a POST with a TTL");
  if (request.headers["content-encoding"] !== "aes128gcm") throw new Error("A push is encrypted with aes128gcm");
  const [, token = "", key = ""] = /^vapid t=([\w.-]{1,2000}), ?k=([\w-]{1,200})$/.exec(request.headers.authorization ?? "") ?? [];
  const point = Buffer.from(key, "base64url");
  const [head = "", payload = "", signature = ""] = token.split(".");
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString("base64url"));
  const publicKey = createPublicKey({ key: { kty: "EC", crv: "P-256", x: x ?? "", y: y ?? "" }, format: "jwk" });
  const isSigned = verify(
    "sha256",
    Buffer.from(`${head}.${payload}`),
    { key: publicKey, dsaEncoding: "ieee-p1363" },
    Buffer.from(signature, "base64url"),
  );
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as ReceivedPush["claims"];
  const leftSeconds = Number(claims.exp) - Date.now() / 1000;
  if (!isSigned || claims.aud !== url || !(leftSeconds > 0 && leftSeconds <= 24 * 60 * 60)) throw new Error("The VAPID token is not valid");
  if (!/^(?:https:|mailto:)/.test(String(claims.sub))) throw new Error("The VAPID token names nobody");
  return { key, claims };
}

/** One record of `aes128gcm`, whose key is made as RFC 8291 says. */
function decrypted(body: Buffer, { keys, auth }: Browser): string {
  const salt = body.subarray(0, 16);
  const idLength = body[20] ?? 0;
  const sender = body.subarray(21, 21 + idLength);
  const record = body.subarray(21 + idLength);
  const derive = (secret: Buffer, by: Buffer, info: Buffer, length: number): Buffer =>
    Buffer.from(hkdfSync("sha256", secret, by, info, length));
  const keyInfo = Buffer.concat([Buffer.from("WebPush: info\0"), keys.getPublicKey(), sender]);
  const input = derive(keys.computeSecret(sender), auth, keyInfo, 32);
  const key = derive(input, salt, Buffer.from("Content-Encoding: aes128gcm\0"), 16);
  const nonce = derive(input, salt, Buffer.from("Content-Encoding: nonce\0"), 12);
  const decipher = createDecipheriv("aes-128-gcm", key, nonce);
  decipher.setAuthTag(record.subarray(-16));
  const plain = Buffer.concat([decipher.update(record.subarray(0, -16)), decipher.final()]);
  const end = plain.findLastIndex((byte) => byte !== 0);
  if (plain[end] !== 2) throw new Error("The record is not the last one");
  return plain.subarray(0, end).toString("utf8");
}
