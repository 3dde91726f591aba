import type { Client } from "pg";
import type { SealContext } from "../modules/crypto/sealed-box.js";
import {
  readSetting as read,
  settingKeys,
  settings,
  writeSetting,
  type Open,
  type PlainKey,
  type SettingKey,
  type SettingRead,
  type SettingValue,
  type StoredSetting,
} from "../modules/settings/setting-registry.js";
import { sendFromCommand } from "../platform/notices/notices.js";
import { CommandError } from "./command.js";

const noKey: Open = (_sealed: string, { field }: SealContext) => {
  throw new Error(`${field} is read without a key`);
};

/** Throws `CommandError` for what can't be read: a command does not go on with a default. */
export async function readSetting<K extends PlainKey>(database: Client, key: K): Promise<SettingRead<K>> {
  const { fault, value } = read(key, await rowOf(database, key), noKey);
  if (fault !== null) {
    throw new CommandError(fault);
  }
  return value;
}

/** What shows whether a key is the one of this database; `null`: Mosaic has not been started on it. */
export async function readCanary(database: Client): Promise<string | null> {
  return (await rowOf(database, "crypto.canary"))?.value ?? null;
}

/** Each setting that can't be read, in words. */
export async function settingFaults(database: Client, open: Open): Promise<string[]> {
  const { rows } = await database.query<StoredSetting & { key: SettingKey }>(
    `SELECT key, value, is_encrypted AS "isEncrypted" FROM system_config WHERE key = ANY($1) ORDER BY key`,
    [settingKeys],
  );
  return rows.flatMap(({ key, ...stored }) => read(key, stored, open).fault ?? []);
}

/** In a transaction, which the notice belongs to. */
export async function storeSetting<K extends PlainKey>(database: Client, key: K, value: SettingValue<K>): Promise<void> {
  await database.query(
    `INSERT INTO system_config (key, value, is_encrypted) VALUES ($1, $2, false)
     ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = now()`,
    [key, writeSetting(key, value)],
  );
  const { group } = settings[key];
  if (group !== null) {
    await sendFromCommand(database, { channel: "mosaic_settings", payload: group });
  }
}

export async function removeSetting(database: Client, key: PlainKey): Promise<void> {
  await database.query("DELETE FROM system_config WHERE key = $1", [key]);
}

async function rowOf(database: Client, key: SettingKey): Promise<StoredSetting | null> {
  const { rows } = await database.query<StoredSetting>(`SELECT value, is_encrypted AS "isEncrypted" FROM system_config WHERE key = $1`, [
    key,
  ]);
  return rows[0] ?? null;
}
