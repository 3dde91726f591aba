import { randomUUID } from "node:crypto";
import { Injectable } from "@nestjs/common";
import { ConfigurationError } from "../../platform/config/env.js";
import type { SettingGroup } from "../../platform/notices/channels.js";
import { Notices } from "../../platform/notices/notices.js";
import type { AuditEntry } from "../audit/audit-trail.js";
import { CryptoService } from "../crypto/crypto.service.js";
import { SealError } from "../crypto/sealed-box.js";
import { settingContext } from "./setting-context.js";
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
  keyRing: "crypto.key_ring",
  lastKeyRotation: "crypto.last_rotation",
  runtime: "runtime.kind",
  outboundAllowedAddresses: "outbound.allowed_addresses",
  oidc: "oidc.configuration",
  signUpMode: "sign_up.mode",
  demoModel: "demo_model.use",
} as const;

export type SettingKey = (typeof settingKeys)[keyof typeof settingKeys];

/** The installation's own settings: rows of `SystemConfig`. */
@Injectable()
export class SettingsService {
  #instanceId: string | undefined;

  constructor(
    private readonly repository: SystemConfigRepository,
    private readonly crypto: CryptoService,
    private readonly notices: Notices,
  ) {}

  async get(key: SettingKey): Promise<string | null> {
    const stored = await this.repository.find(key);
    if (stored === null) {
      return null;
    }
    return stored.isEncrypted ? this.crypto.open(stored.value, settingContext(key)) : stored.value;
  }

  async set(key: SettingKey, value: string, audit: AuditEntry): Promise<void> {
    await this.repository.set(key, { value, isEncrypted: false }, audit);
  }

  /** Keeps `value` unless there is one already, and tells the one that stands: the first of several requests at once wins, and is audited. */
  async setIfAbsent(key: SettingKey, value: string, audit: AuditEntry | null = null): Promise<string> {
    return (await this.repository.setIfAbsent(key, { value, isEncrypted: false }, audit)).value;
  }

  /** Writes what an admin has set, tells every process of its group, and audits it: all or nothing. */
  async change(group: SettingGroup, key: SettingKey, value: string, audit: AuditEntry): Promise<void> {
    await this.repository.change(key, { value, isEncrypted: false }, { group, audit });
  }

  /**
   * As `change`, for a value that holds a secret and is sealed. `next` sees the one that stands, and no other change comes between; `null`
   * removes it. What `next` throws is thrown, and nothing was changed.
   */
  async changeSealed(
    group: SettingGroup,
    key: SettingKey,
    next: (current: string | null) => { value: string | null; audit: AuditEntry },
  ): Promise<void> {
    const context = settingContext(key);
    await this.repository.changeLocked(key, group, (stored) => {
      const { value, audit } = next(stored === null ? null : this.crypto.open(stored.value, context));
      return { setting: value === null ? null : { value: this.crypto.seal(value, context), isEncrypted: true }, audit };
    });
  }

  /** Calls `onChange` in every process after a change of the group, and whenever one may have been missed. */
  async onChange(group: SettingGroup, onChange: () => void): Promise<void> {
    await this.notices.listen("mosaic_settings", {
      onNotice: (changed) => (changed === group ? onChange() : undefined),
      onGap: onChange,
    });
  }

  /** Names this installation, on the engine's labels too. Made at first use and never changed. */
  async instanceId(): Promise<string> {
    this.#instanceId ??= (await this.repository.setIfAbsent(settingKeys.instanceId, { value: randomUUID(), isEncrypted: false })).value;
    return this.#instanceId;
  }

  /** When this process' key was replaced by another one; `null` if it was not. */
  private async rotatedAwayAt(): Promise<string | null> {
    const last = await this.repository.find(settingKeys.lastKeyRotation);
    const { from, at } = last === null ? {} : (JSON.parse(last.value) as { from?: string; at?: string });
    return from === this.crypto.keyId && at !== undefined ? at : null;
  }

  /** Makes sure that the secret key is the one that this database was filled with. Throws `ConfigurationError` otherwise. */
  async assertSecretKey(): Promise<void> {
    const context = settingContext(settingKeys.keyCanary);
    const fresh = { value: this.crypto.seal(canaryText, context), isEncrypted: true };
    const stored = await this.repository.setIfAbsent(settingKeys.keyCanary, fresh);
    try {
      this.crypto.open(stored.value, context);
    } catch (error) {
      if (error instanceof SealError) {
        const rotatedAt = await this.rotatedAwayAt();
        if (rotatedAt !== null) {
          throw new ConfigurationError(
            `MOSAIC_SECRET_KEY is the key from before ${rotatedAt}, when it was rotated. Start with the new key.`,
          );
        }
        throw new ConfigurationError(
          "MOSAIC_SECRET_KEY is not the key that this database was filled with, so nothing in it could be decrypted. Start with the former key, or restore it from your backup.",
        );
      }
      throw error;
    }
  }
}
