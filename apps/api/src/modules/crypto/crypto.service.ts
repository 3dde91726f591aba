import { Inject, Injectable } from "@nestjs/common";
import { ENV, type Env } from "../../platform/config/env.js";
import { deriveKey, seal, sealKey, unseal, type SealContext, type SealKey } from "./sealed-box.js";
import { keyedToken } from "./tokens.js";

/** Seals and opens secrets with the operator's key. */
@Injectable()
export class CryptoService {
  readonly #key: SealKey;
  readonly #setupKey: Buffer;

  constructor(@Inject(ENV) env: Env) {
    const secret = env.MOSAIC_SECRET_KEY.open();
    this.#key = sealKey(secret);
    this.#setupKey = deriveKey(secret, "setup-token-v1");
  }

  seal(plain: string, context: SealContext): string {
    return seal(this.#key, plain, context);
  }

  /** Throws `SealError` when the value was made with another key or for another place. */
  open(value: string, context: SealContext): string {
    return unseal(this.#key, value, context);
  }

  /** The setup token of one installation: the same in every process and after each restart, so nothing has to be stored. */
  setupToken(instanceId: string): string {
    return keyedToken(this.#setupKey, instanceId);
  }
}
