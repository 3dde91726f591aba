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
import { announce, putRow } from "../modules/settings/system-config.repository.js";
import { statementsOn } from "../platform/database/statements.js";
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
  const transaction = statementsOn(database);
  await putRow(transaction, key, { value: writeSetting(key, value), isEncrypted: false });
  await announce(transaction, settings[key].group, null);
}

/** Tells nobody. */
export async function removeSetting(database: Client, key: PlainKey): Promise<void> {
  await putRow(statementsOn(database), key, null);
}

async function rowOf(database: Client, key: SettingKey): Promise<StoredSetting | null> {
  const { rows } = await database.query<StoredSetting>(`SELECT value, is_encrypted AS "isEncrypted" FROM system_config WHERE key = $1`, [
    key,
  ]);
  return rows[0] ?? null;
}
