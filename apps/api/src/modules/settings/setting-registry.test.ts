import { expect, test } from "vitest";
import { z } from "zod";
import { settingGroup } from "../../platform/notices/channels.js";
import { SealError } from "../crypto/sealed-box.js";
import {
  readSetting,
  setting,
  settingKeys,
  settings,
  writeSetting,
  type Open,
  type SettingKey,
  type SettingValue,
} from "./setting-registry.js";

/** Sealing stands for itself here: the text between the marks is what was sealed, and for which field. */
const open: Open = (sealed, { field }) => {
  const [mark, of, text] = sealed.split("|");
  if (mark !== "sealed" || of !== field) {
    throw new SealError("not for this");
  }
  return text ?? "";
};

const ring = {
  from: "0a1b2c3d",
  to: "4e5f6071",
  phase: "sealing",
  toUnderFrom: "enc:0a1b2c3d:QUJD",
  fromUnderTo: "enc:4e5f6071:REVG",
} as const;
const oidc = {
  isEnabled: true,
  label: "Company",
  issuer: "https://id.example.org",
  clientId: "mosaic",
  clientSecret: null,
  scopes: ["openid"],
  allowedEmailDomains: ["example.org"],
  autoCreate: false,
  roleMappings: [{ claim: "groups", value: "admins", role: "admin" }],
  publicUrl: "https://mosaic.example.org",
  version: "0198c1b2-7a60-7c3e-8f00-0123456789ab",
} as const;

const row = <K extends SettingKey>(key: K, text: string, value: SettingValue<K>): readonly [SettingKey, string, unknown] => [
  key,
  text,
  value,
];

/** The text of each row as former releases wrote it. */
const known = [
  row("instance.id", "0198c1b2-7a60-7c3e-8f00-0123456789ab", "0198c1b2-7a60-7c3e-8f00-0123456789ab"),
  row("crypto.canary", "mosaic", "mosaic"),
  row(
    "crypto.key_ring",
    '{"from":"0a1b2c3d","to":"4e5f6071","phase":"sealing","toUnderFrom":"enc:0a1b2c3d:QUJD","fromUnderTo":"enc:4e5f6071:REVG"}',
    ring,
  ),
  row("crypto.last_rotation", '{"from":"0a1b2c3d","to":"4e5f6071","at":"2026-11-21T10:00:00.000Z"}', {
    from: "0a1b2c3d",
    to: "4e5f6071",
    at: "2026-11-21T10:00:00.000Z",
  }),
  row("onboarding.step", "provider", "provider"),
  row("onboarding.completed_at", "2026-11-21T10:00:00.000Z", "2026-11-21T10:00:00.000Z"),
  row("onboarding.provider_id", "0198c1b2-7a60-7c3e-8f00-0123456789ab", "0198c1b2-7a60-7c3e-8f00-0123456789ab"),
  row("onboarding.agent_id", "0198c1b2-7a60-7c3e-8f00-0123456789ab", "0198c1b2-7a60-7c3e-8f00-0123456789ab"),
  row("runtime.kind", "docker", "docker"),
  row("outbound.allowed_addresses", '["10.0.0.0/8","llm.internal:8080"]', ["10.0.0.0/8", "llm.internal:8080"]),
  row(
    "oidc.configuration",
    '{"isEnabled":true,"label":"Company","issuer":"https://id.example.org","clientId":"mosaic","clientSecret":null,"scopes":["openid"],"allowedEmailDomains":["example.org"],"autoCreate":false,"roleMappings":[{"claim":"groups","value":"admins","role":"admin"}],"publicUrl":"https://mosaic.example.org","version":"0198c1b2-7a60-7c3e-8f00-0123456789ab"}',
    { ...oidc, scopes: [...oidc.scopes], allowedEmailDomains: [...oidc.allowedEmailDomains], roleMappings: [...oidc.roleMappings] },
  ),
  row("sign_up.mode", "closed", "closed"),
  row("starts.past", '{"openclaw docker":[31000,29500]}', { "openclaw docker": [31_000, 29_500] }),
  row("demo_model.use", "off", false),
  row("demo_model.use", "on", true),
  row("files.settings", '{"quotaBytes":1048576}', { quotaBytes: 1_048_576 }),
  row("share_links.use", "off", false),
  row("push.vapid", '{"publicKey":"BAAB","privateKey":"AAEC"}', { publicKey: "BAAB", privateKey: "AAEC" }),
];

const stored = (key: SettingKey, text: string): { value: string; isEncrypted: boolean } =>
  settings[key].sealed ? { value: `sealed|system_config.value:${key}|${text}`, isEncrypted: true } : { value: text, isEncrypted: false };

test.each(known)("%s is read as every release wrote it", (key, text, value) => {
  expect(readSetting(key, stored(key, text), open)).toEqual({ fault: null, value });
});

test.each(known)("%s is written so that it is read again", (key, text, value) => {
  const again = writeSetting(key, value as SettingValue<typeof key>);
  // The order of fields in JSON means nothing.
  expect(text.startsWith("{") ? JSON.parse(again) : again).toEqual(text.startsWith("{") ? JSON.parse(text) : text);
});

test("every setting is in the table above, and every group is told of a setting", () => {
  expect(new Set(known.map(([key]) => key))).toEqual(new Set(settingKeys));
  const groups = settingKeys.flatMap((key) => settings[key].group ?? []);
  expect(new Set(groups)).toEqual(new Set(settingGroup.options));
});

test("without a row it is the default", () => {
  const defaults = settingKeys.map((key) => [key, readSetting(key, null, open).value]);
  expect(Object.fromEntries(defaults)).toMatchObject({
    "instance.id": null,
    "oidc.configuration": null,
    "outbound.allowed_addresses": [],
    "sign_up.mode": "invite",
    "demo_model.use": true,
    "files.settings": { quotaBytes: 1_073_741_824 },
  });
});

test.each([
  ["sign_up.mode", { value: "canary", isEncrypted: false }, "another form"],
  ["demo_model.use", { value: "canary", isEncrypted: false }, "another form"],
  ["outbound.allowed_addresses", { value: '{"canary":', isEncrypted: false }, "another form"],
  ["outbound.allowed_addresses", { value: '["a",{"canary":1}]', isEncrypted: false }, "(1)"],
  ["crypto.key_ring", { value: '{"canary":true}', isEncrypted: false }, "from, to, phase"],
  ["oidc.configuration", { value: JSON.stringify({ ...oidc, label: "canary" }), isEncrypted: false }, "not sealed, and has to be"],
  ["oidc.configuration", { value: "sealed|elsewhere|canary", isEncrypted: true }, "does not open with MOSAIC_SECRET_KEY"],
  ["oidc.configuration", { value: "sealed|system_config.value:oidc.configuration|canary", isEncrypted: true }, "another form"],
  ["sign_up.mode", { value: "sealed|system_config.value:sign_up.mode|canary", isEncrypted: true }, "sealed, and must not be"],
] as const)("%s: %j is told in words that name it and not what is stored", (key, row_, words) => {
  const { fault } = readSetting(key, row_, open);
  expect(fault).toContain(`The setting ${key} in the database can't be read`);
  expect(fault).toContain(words);
  expect(fault).not.toContain("canary");
});

test("a value of another setting is not written", () => {
  expect(() => writeSetting("sign_up.mode", "docker" as never)).toThrow();
  // @ts-expect-error -- of another setting
  expect(() => writeSetting("demo_model.use", "on")).toThrow();
});

test("a setting does not compile until everything about it is decided", () => {
  const whole = { schema: z.string(), default: null, sealed: false, group: null } as const;
  expect(setting(whole)).toBe(whole);
  const { schema: _schema, ...withoutSchema } = whole;
  const { default: _default, ...withoutDefault } = whole;
  const { sealed: _sealed, ...withoutSealed } = whole;
  const { group: _group, ...withoutGroup } = whole;
  // @ts-expect-error -- no schema
  setting(withoutSchema);
  // @ts-expect-error -- no default
  setting(withoutDefault);
  // @ts-expect-error -- neither sealed nor not
  setting(withoutSealed);
  // @ts-expect-error -- nobody, or a group, is to be told
  setting(withoutGroup);
  // @ts-expect-error -- a default of another kind
  setting({ ...whole, default: 1 });
  // @ts-expect-error -- a group that no process listens for
  setting({ ...whole, group: "nobody" });
});
