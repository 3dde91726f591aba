import { randomUUID } from "node:crypto";
import { Injectable } from "@nestjs/common";
import { ConfigurationError } from "../../platform/config/env.js";
import { CryptoService } from "../crypto/crypto.service.js";
import { SealError } from "../crypto/sealed-box.js";
import { SystemConfigRepository } from "./system-config.repository.js";

const canaryText = "mosaic";

/** What an installation's settings are called. A secret one is sealed. */
export const settingKeys = {
  instanceId: "instance.id",
  keyCanary: "crypto.canary",
  onboardingStep: "onboarding.step",
  onboardingCompletedAt: "onboarding.completed_at",
  onboardingProviderId: "onboarding.provider_id",
  onboardingAgentId: "onboarding.agent_id",
  runtime: "runtime.kind",
} as const;

export type SettingKey = (typeof settingKeys)[keyof typeof settingKeys];

/** The installation's own settings: rows of `SystemConfig`. */
@Injectable()
export class SettingsService {
  #instanceId: string | undefined;

  constructor(
    private readonly repository: SystemConfigRepository,
    private readonly crypto: CryptoService,
  ) {}

  async get(key: SettingKey): Promise<string | null> {
    const stored = await this.repository.find(key);
    if (stored === null) {
      return null;
    }
    return stored.isEncrypted ? this.crypto.open(stored.value, contextOf(key)) : stored.value;
  }

  async set(key: SettingKey, value: string): Promise<void> {
    await this.repository.set(key, { value, isEncrypted: false });
  }

  /** Keeps `value` unless there is one already, and tells the one that stands: the first of several requests at once wins. */
  async setIfAbsent(key: SettingKey, value: string): Promise<string> {
    return (await this.repository.setIfAbsent(key, { value, isEncrypted: false })).value;
  }

  /** Names this installation, on the engine's labels too. Made at first use and never changed. */
  async instanceId(): Promise<string> {
    this.#instanceId ??= (await this.repository.setIfAbsent(settingKeys.instanceId, { value: randomUUID(), isEncrypted: false })).value;
    return this.#instanceId;
  }

  /** Makes sure that the secret key is the one that this database was filled with. Throws `ConfigurationError` otherwise. */
  async assertSecretKey(): Promise<void> {
    const context = contextOf(settingKeys.keyCanary);
    const fresh = { value: this.crypto.seal(canaryText, context), isEncrypted: true };
    const stored = await this.repository.setIfAbsent(settingKeys.keyCanary, fresh);
    try {
      this.crypto.open(stored.value, context);
    } catch (error) {
      if (error instanceof SealError) {
        throw new ConfigurationError(
          "MOSAIC_SECRET_KEY is not the key that this database was filled with, so nothing in it could be decrypted. Start with the former key, or restore it from your backup.",
        );
      }
      throw error;
    }
  }
}

function contextOf(key: SettingKey): { owner: string; field: string } {
  return { owner: "system", field: `system_config.value:${key}` };
}
