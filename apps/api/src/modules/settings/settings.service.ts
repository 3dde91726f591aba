import { randomUUID } from "node:crypto";
import { Injectable } from "@nestjs/common";
import { ConfigurationError } from "../../platform/config/env.js";
import { Logger } from "../../platform/logging/logger.js";
import type { SettingGroup } from "../../platform/notices/channels.js";
import { Notices } from "../../platform/notices/notices.js";
import type { AuditEntry } from "../audit/audit-trail.js";
import { CryptoService } from "../crypto/crypto.service.js";
import { SealError } from "../crypto/sealed-box.js";
import { settingContext } from "./setting-context.js";
import {
  readSetting,
  settingKeys,
  settings,
  writeSetting,
  type Open,
  type SettingKey,
  type SettingRead,
  type SettingValue,
  type StoredSetting,
} from "./setting-registry.js";
import { SystemConfigRepository } from "./system-config.repository.js";

/** What an admin makes of a setting; `null` as the value removes it. */
export interface SettingChange<K extends SettingKey> {
  readonly value: SettingValue<K> | null;
  /** `null`: Mosaic notes something for itself. */
  readonly audit: AuditEntry | null;
}

/** The installation's own settings: rows of `SystemConfig`, each as `settings` says. Nobody else reads or writes their text. */
@Injectable()
export class SettingsService {
  private readonly open: Open = (sealed, context) => this.crypto.open(sealed, context);
  private readonly told = new Map<SettingKey, string>();
  private knownInstanceId: string | undefined;

  constructor(
    private readonly repository: SystemConfigRepository,
    private readonly crypto: CryptoService,
    private readonly notices: Notices,
    private readonly logger: Logger,
  ) {}

  /** The default where nothing is stored, and where what is stored can't be read: that is logged, and told by the health page and the doctor. */
  async get<K extends SettingKey>(key: K): Promise<SettingRead<K>> {
    return this.read(key, await this.repository.find(key));
  }

  /** Idempotent: what stands already is neither written, told nor audited again. */
  async set<K extends SettingKey>(key: K, value: SettingValue<K>, audit: AuditEntry): Promise<void> {
    const text = writeSetting(key, value);
    await this.change(key, (current) =>
      current !== null && writeSetting(key, current as SettingValue<K>) === text ? null : { value, audit },
    );
  }

  /** Keeps `value` unless there is one already, and tells the one that stands: the first of several requests at once wins, and is audited. */
  async setIfAbsent<K extends SettingKey>(key: K, value: SettingValue<K>, audit: AuditEntry | null = null): Promise<SettingRead<K>> {
    return this.read(key, await this.repository.setIfAbsent(key, this.row(key, value), { group: settings[key].group, audit }));
  }

  /**
   * Writes what an admin has set, tells every process of its group, and audits it: all or nothing. `next` sees what stands, and no other change
   * comes between; `null`: nothing is to be done. What `next` throws is thrown, and nothing was changed.
   */
  async change<K extends SettingKey>(key: K, next: (current: SettingRead<K>) => SettingChange<K> | null): Promise<void> {
    await this.repository.change(key, settings[key].group, (stored) => {
      const change = next(this.read(key, stored));
      return change === null ? null : { setting: change.value === null ? null : this.row(key, change.value), audit: change.audit };
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
    this.knownInstanceId ??= (await this.setIfAbsent("instance.id", randomUUID())) ?? undefined;
    if (this.knownInstanceId === undefined) {
      throw new Error("the setting instance.id can't be read");
    }
    return this.knownInstanceId;
  }

  /** Each setting whose row can't be read, in words. */
  async faults(): Promise<string[]> {
    const rows = await this.repository.all(settingKeys);
    return rows.flatMap(({ key, ...stored }) => readSetting(key as SettingKey, stored, this.open).fault ?? []);
  }

  /** Makes sure that the secret key is the one that this database was filled with. Throws `ConfigurationError` otherwise. */
  async assertSecretKey(): Promise<void> {
    const stored = await this.repository.setIfAbsent("crypto.canary", this.row("crypto.canary", "mosaic"), { group: null, audit: null });
    try {
      this.crypto.open(stored.value, settingContext("crypto.canary"));
    } catch (error) {
      throw error instanceof SealError ? await this.otherKey() : error;
    }
  }

  private async otherKey(): Promise<ConfigurationError> {
    const last = await this.get("crypto.last_rotation");
    return new ConfigurationError(
      last?.from === this.crypto.keyId
        ? `MOSAIC_SECRET_KEY is the key from before ${last.at}, when it was rotated. Start with the new key.`
        : "MOSAIC_SECRET_KEY is not the key that this database was filled with, so nothing in it could be decrypted. Start with the former key, or restore it from your backup.",
    );
  }

  private read<K extends SettingKey>(key: K, stored: StoredSetting | null): SettingRead<K> {
    const { fault, value } = readSetting(key, stored, this.open);
    if (fault === null) {
      return value;
    }
    // Whoever reads it often would fill the log.
    if (this.told.get(key) !== stored?.value) {
      this.told.set(key, stored?.value ?? "");
      this.logger.error("a setting in the database can't be read", undefined, { setting: key, why: fault });
    }
    return settings[key].default;
  }

  private row<K extends SettingKey>(key: K, value: SettingValue<K>): StoredSetting {
    const text = writeSetting(key, value);
    return settings[key].sealed
      ? { value: this.crypto.seal(text, settingContext(key)), isEncrypted: true }
      : { value: text, isEncrypted: false };
  }
}
