import { createECDH, createPublicKey } from "node:crypto";
import type { PushMessage, PushSubscriptionKeys } from "@mosaic/contracts/push";
import { OutboundError } from "@mosaic/outbound/outbound-error";
import { buildPushPayload } from "@block65/webcrypto-web-push";
import { Inject, Injectable } from "@nestjs/common";
import { OutboundService } from "../outbound-access/outbound.service.js";
import { SettingsService } from "../settings/settings.service.js";
import { PUSH_LIMITS, type PushLimits } from "./push-limits.js";
import type { Pushed, PushOutcome } from "./push.types.js";

/** A device that is off for longer is told nothing old when it comes back. */
const keptSeconds = 4 * 60 * 60;
const longestRetryMs = 60 * 60_000;
const quotedCharacters = 200;
/** Push services want a way to reach whoever pushes; this is for a Mosaic that has no https address. */
const noAddress = "mailto:mosaic@localhost";

/** Encrypts for one browser, and calls its push service: an address that a member has given, so by the same way as any other. */
@Injectable()
export class PushSenderService {
  constructor(
    private readonly outbound: OutboundService,
    private readonly settings: SettingsService,
    @Inject(PUSH_LIMITS) private readonly limits: PushLimits,
  ) {}

  /** Mosaic's own keys, made once. Of several processes that make them at once, the first one's count. */
  async keys(): Promise<{ readonly publicKey: string; readonly privateKey: string }> {
    const known = await this.settings.get("push.vapid");
    if (known !== null) {
      return known;
    }
    const made = createECDH("prime256v1");
    const publicKey = made.generateKeys().toString("base64url");
    const privateKey = leftPadded(made.getPrivateKey()).toString("base64url");
    const kept = await this.settings.setIfAbsent("push.vapid", { publicKey, privateKey });
    if (kept === null) {
      throw new Error("the setting push.vapid can't be read");
    }
    return kept;
  }

  /** Never rejects for what the other end does. */
  async send({ userId, subscription, message }: Pushed): Promise<PushOutcome> {
    const { headers, body } = await buildPushPayload(
      { data: JSON.stringify(message), options: { ttl: keptSeconds, urgency: "normal", ...topicOf(message) } },
      { endpoint: subscription.endpoint, expirationTime: null, keys: subscription.keys },
      { subject: subscription.origin ?? noAddress, ...(await this.keys()) },
    );
    try {
      const signal = AbortSignal.timeout(this.limits.callMs);
      const answer = await this.outbound.clientOf(userId).fetch(subscription.endpoint, { method: "POST", headers, body, signal });
      return outcomeOf(answer.status, answer.headers, await answer.text());
    } catch (error) {
      if (error instanceof OutboundError) {
        return { kind: "later", words: error.message, retryAfterMs: 0 };
      }
      throw error;
    }
  }
}

/** Throws for a key that is no point of the curve. */
export function assertPublicKey({ keys }: PushSubscriptionKeys): void {
  const bytes = Buffer.from(keys.p256dh, "base64url");
  if (bytes.length !== 65 || bytes[0] !== 4) {
    throw new Error("not an uncompressed point");
  }
  const [x, y] = [bytes.subarray(1, 33), bytes.subarray(33)].map((part) => part.toString("base64url"));
  createPublicKey({ key: { kty: "EC", crv: "P-256", x: x ?? "", y: y ?? "" }, format: "jwk" });
}

/** Of what a device was not told yet, only the newest of a conversation reaches it. */
function topicOf({ conversationId }: PushMessage): { topic?: string } {
  return conversationId === null ? {} : { topic: conversationId.replaceAll("-", "") };
}

function outcomeOf(status: number, headers: Headers, text: string): PushOutcome {
  if (status >= 200 && status < 300) {
    return { kind: "sent" };
  }
  if (status === 404 || status === 410) {
    return { kind: "gone" };
  }
  // It is stored, and Postgres takes neither a NUL nor half of a character.
  const said = text
    .replaceAll(/[\p{Cc}\s]+/gu, " ")
    .trim()
    .slice(0, quotedCharacters)
    .toWellFormed();
  const words = `The browser's push service answered ${status}${said === "" ? "." : `: “${said}”`}`;
  const isPassing = status === 429 || status >= 500;
  const seconds = Number(headers.get("retry-after") ?? 0);
  const retryAfterMs = Number.isFinite(seconds) ? Math.min(longestRetryMs, Math.max(0, seconds * 1000)) : 0;
  return { kind: isPassing ? "later" : "refused", words, retryAfterMs };
}

/** Node leaves out zeros at the beginning. */
function leftPadded(key: Buffer): Buffer {
  return Buffer.concat([Buffer.alloc(32 - key.length), key]);
}
