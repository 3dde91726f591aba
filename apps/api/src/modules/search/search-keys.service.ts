import { createSecretKey, randomBytes, type KeyObject } from "node:crypto";
import { Injectable } from "@nestjs/common";
import { CryptoService } from "../crypto/crypto.service.js";
import type { SealContext } from "../crypto/sealed-box.js";
import { searchKeyContext } from "./search.types.js";
import { SearchKeysRepository } from "./search-keys.repository.js";

const keyBytes = 32;

/** The key of each owner's index: random, and sealed like everything of theirs, so a rotation of the secret key leaves the index as it is. */
@Injectable()
export class SearchKeysService {
  constructor(
    private readonly repository: SearchKeysRepository,
    private readonly crypto: CryptoService,
  ) {}

  /** `null` if nothing of theirs was indexed yet. */
  async find(userId: string): Promise<KeyObject | null> {
    const sealed = await this.repository.find(userId);
    return sealed === null ? null : createSecretKey(this.crypto.open(sealed, searchKeyContext(userId)), "base64");
  }

  /** Makes one if they have none; of two at once both get the same. `null` if there is no such user any more. */
  async findOrMake(userId: string): Promise<KeyObject | null> {
    const known = await this.find(userId);
    if (known !== null) {
      return known;
    }
    const context: SealContext = searchKeyContext(userId);
    await this.repository.add(userId, this.crypto.seal(randomBytes(keyBytes).toString("base64"), context));
    return this.find(userId);
  }
}
