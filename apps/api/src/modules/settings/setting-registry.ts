import { signUpMode } from "@mosaic/contracts/account";
import { defaultFileQuotaBytes, fileSettings } from "@mosaic/contracts/files";
import { z } from "zod";
import { json } from "../../platform/json-codec.js";
import type { SettingGroup } from "../../platform/notices/channels.js";
import { storedRing } from "../crypto/key-ring.js";
import { SealError, type SealContext } from "../crypto/sealed-box.js";
import { settingContext } from "./setting-context.js";
import { storedOidc } from "./stored-oidc.types.js";

/** Everything that is decided about a setting of the installation. */
interface SettingDefinition<Value, Default extends Value | null, Sealed extends boolean> {
  /** How its value is read from the text of its row, and written as text. A row outlives the release that wrote it: only ever widen this. */
  readonly schema: z.ZodType<Value, string>;
  /** What it is without a row, and with one that can't be read. */
  readonly default: Default;
  /** Whether its row holds a secret. A row that is not sealed although it should be is not believed. */
  readonly sealed: Sealed;
  /** Whom a change is told to, in every process; `null`: it is read whenever it is needed. */
  readonly group: SettingGroup | null;
}

const noStarts: Readonly<Record<string, readonly number[]>> = {};

/** The only list of settings: the key of the row → what is decided about it. */
export const settings = {
  /** Names this installation. */
  "instance.id": setting({ schema: z.string(), default: null, sealed: false, group: null }),
  /** Opens with the secret key that the database was filled with, and with no other. */
  "crypto.canary": setting({ schema: z.literal("mosaic"), default: null, sealed: true, group: null }),
  /** A rotation of the secret key under way. */
  "crypto.key_ring": setting({ schema: json(storedRing), default: null, sealed: false, group: "key_ring" }),
  "crypto.last_rotation": setting({
    schema: json(z.object({ from: z.string(), to: z.string(), at: z.string() })),
    default: null,
    sealed: false,
    group: null,
  }),
  /** Single sign-on leaves nothing behind when it is skipped in the wizard. */
  "onboarding.step": setting({ schema: z.literal("provider"), default: null, sealed: false, group: null }),
  /** Any text: what can't be read must not open the wizard again. */
  "onboarding.completed_at": setting({ schema: z.string(), default: null, sealed: false, group: null }),
  "onboarding.provider_id": setting({ schema: z.string(), default: null, sealed: false, group: null }),
  "onboarding.agent_id": setting({ schema: z.string(), default: null, sealed: false, group: null }),
  /** Any text: the registry of runtimes judges it, since an unknown kind is a refusal to start and never the default. */
  "runtime.kind": setting({ schema: z.string(), default: null, sealed: false, group: null }),
  "outbound.allowed_addresses": setting({ schema: json(z.array(z.string()).readonly()), default: [], sealed: false, group: "outbound" }),
  "oidc.configuration": setting({ schema: json(storedOidc), default: null, sealed: true, group: "oidc" }),
  "sign_up.mode": setting({ schema: signUpMode, default: "invite", sealed: false, group: "sign_up" }),
  /** What the last boots took, in milliseconds, by backend and runtime. */
  "starts.past": setting({
    schema: json(z.record(z.string(), z.array(z.int().min(0)).readonly()).readonly()),
    default: noStarts,
    sealed: false,
    group: null,
  }),
  /** Whether the demo model may be used. */
  "demo_model.use": setting({ schema: onOrOff(), default: true, sealed: false, group: "demo_model" }),
  /** What one person may keep in files of conversations. */
  "files.settings": setting({ schema: json(fileSettings), default: { quotaBytes: defaultFileQuotaBytes }, sealed: false, group: null }),
  /** Whether conversations may be shared by link. */
  "share_links.use": setting({ schema: onOrOff(), default: true, sealed: false, group: "share_links" }),
  /** The key pair by which push services know Mosaic, in base64url. Browsers subscribe with it, so it never changes. */
  "push.vapid": setting({
    schema: json(z.object({ publicKey: z.string(), privateKey: z.string() })),
    default: null,
    sealed: true,
    group: null,
  }),
} as const satisfies Record<string, SettingDefinition<unknown, unknown, boolean>>;

export type SettingKey = keyof typeof settings;
export type SettingValue<K extends SettingKey> = z.output<(typeof settings)[K]["schema"]>;
/** What `get` gives: the value, or the default. */
export type SettingRead<K extends SettingKey> = SettingValue<K> | (typeof settings)[K]["default"];
/** Those that a command reads without the secret key. */
export type PlainKey = { [K in SettingKey]: (typeof settings)[K]["sealed"] extends true ? never : K }[SettingKey];

export const settingKeys = Object.keys(settings) as SettingKey[];

/** The row of a setting. */
export interface StoredSetting {
  readonly value: string;
  readonly isEncrypted: boolean;
}

export type Reading<K extends SettingKey> =
  | { readonly fault: null; readonly value: SettingRead<K> }
  /** In words for an operator, with the key of the setting, and nothing of its value. */
  | { readonly fault: string; readonly value: null };

export type Open = (sealed: string, context: SealContext) => string;

/** What a row says; without one, the default. Never throws for what somebody has stored. */
export function readSetting<K extends SettingKey>(key: K, stored: StoredSetting | null, open: Open): Reading<K> {
  if (stored === null) {
    return { fault: null, value: settings[key].default };
  }
  if (stored.isEncrypted !== settings[key].sealed) {
    return unreadable(key, settings[key].sealed ? "it is not sealed, and has to be" : "it is sealed, and must not be");
  }
  const text = stored.isEncrypted ? opened(stored.value, open, settingContext(key)) : stored.value;
  if (text === null) {
    return unreadable(key, "it does not open with MOSAIC_SECRET_KEY");
  }
  const schema: z.ZodType<unknown, string> = settings[key].schema;
  const { success, data, error } = z.safeDecode(schema, text);
  if (success) {
    return { fault: null, value: data as SettingValue<K> };
  }
  const places = (error.issues ?? []).map(({ path }) => path.join(".")).filter((path) => path !== "");
  return unreadable(
    key,
    `its value has another form than this version of Mosaic knows${places.length === 0 ? "" : ` (${places.join(", ")})`}`,
  );
}

/** The text of the row. Throws on a value that could not be read again. */
export function writeSetting<K extends SettingKey>(key: K, value: SettingValue<K>): string {
  const schema: z.ZodType<unknown, string> = settings[key].schema;
  return z.encode(schema, value);
}

export function setting<Value, const Default extends Value | null, const Sealed extends boolean>(
  definition: SettingDefinition<Value, Default, Sealed>,
): SettingDefinition<Value, Default, Sealed> {
  return definition;
}

function onOrOff(): z.ZodType<boolean, string> {
  return z.codec(z.enum(["on", "off"]), z.boolean(), { decode: (text) => text === "on", encode: (isOn) => (isOn ? "on" : "off") });
}

function opened(sealed: string, open: Open, context: SealContext): string | null {
  try {
    return open(sealed, context);
  } catch (error) {
    if (error instanceof SealError) {
      return null;
    }
    throw error;
  }
}

function unreadable(key: SettingKey, why: string): { fault: string; value: null } {
  return {
    fault: `The setting ${key} in the database can't be read: ${why}. Until it is saved again, Mosaic goes on as if it had never been set.`,
    value: null,
  };
}
