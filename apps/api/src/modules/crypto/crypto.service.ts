import { Inject, Injectable } from "@nestjs/common";
import { ENV, type Env } from "../../platform/config/env.js";
import { openRing, type StoredRing } from "./key-ring.js";
import { deriveKey, keyIdOf, seal, sealKey, unseal, type SealContext, type SealKey } from "./sealed-box.js";
import { keyedToken } from "./tokens.js";

/** Seals and opens secrets with the operator's key, and with the next one while the key is being rotated. */
@Injectable()
export class CryptoService {
  private readonly own: SealKey;
  private readonly setupKey: Buffer;
  private readonly markKey: Buffer;
  private readonly known = new Map<string, SealKey>();
  private sealing: SealKey;

  constructor(@Inject(ENV) env: Env) {
    const secret = env.MOSAIC_SECRET_KEY.open();
    this.own = sealKey(secret);
    this.sealing = this.own;
    this.known.set(this.own.id, this.own);
    this.setupKey = deriveKey(secret, "setup-token-v1");
    this.markKey = deriveKey(secret, "mark-v1");
  }

  /** The id of the key that this process was started with. */
  get keyId(): string {
    return this.own.id;
  }

  /** Goes along with a rotation. Its keys stay known when it is over. Throws `SealError` for a rotation between two other keys. */
  follow(ring: StoredRing): void {
    const { from, to } = openRing(ring, this.own);
    this.known.set(from.id, from).set(to.id, to);
    this.sealing = ring.phase === "sealing" ? to : from;
  }

  seal(plain: string, context: SealContext): string {
    return seal(this.sealing, plain, context);
  }

  /** Throws `SealError` when the value was made with another key or for another place. */
  open(value: string, context: SealContext): string {
    return unseal(this.known.get(keyIdOf(value)) ?? this.own, value, context);
  }

  /** What tells that a value is there again, and to nobody else which one. Another key makes other marks: after a rotation nothing is known again. */
  mark(plain: string, { owner, field }: SealContext): string {
    return keyedToken(this.markKey, JSON.stringify([owner, field, plain]));
  }

  /** The setup token of one installation: the same in every process and after each restart, so nothing has to be stored. */
  setupToken(instanceId: string): string {
    return keyedToken(this.setupKey, instanceId);
  }
}
