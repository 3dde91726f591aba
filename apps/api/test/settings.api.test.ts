import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { examine } from "../src/cli/doctor.js";
import { withDatabase } from "../src/cli/command.js";
import { rotateKey } from "../src/cli/rotate-key.js";
import { SettingsService } from "../src/modules/settings/settings.service.js";
import { Logger } from "../src/platform/logging/logger.js";
import { auditRows } from "./harness/audit-rows.js";
import { startTestApp, type TestApp } from "./harness/test-app.js";
import { migrationsFolder } from "./harness/test-database.js";

let app: TestApp;

beforeEach(async () => {
  app = await startTestApp();
});

afterEach(async () => {
  await app.close();
});

async function store(key: string, value: string, isEncrypted = false): Promise<void> {
  await app.database.query(
    `INSERT INTO system_config (key, value, is_encrypted) VALUES ($1, $2, $3)
     ON CONFLICT (key) DO UPDATE SET value = excluded.value, is_encrypted = excluded.is_encrypted`,
    [key, value, isEncrypted],
  );
}

const service = (): SettingsService => app.nest.get(SettingsService, { strict: false });

async function settingsCheck(): Promise<{ state: string; detail: string } | undefined> {
  const answer = await (await app.admin()).get("/api/health/report");
  return answer.json<{ checks: { id: string; state: string; detail: string }[] }>().checks.find(({ id }) => id === "settings");
}

test("a stored value that can't be read is told by the health page, the doctor and the log, and everything else goes on", async () => {
  expect(await settingsCheck()).toMatchObject({ state: "ok" });
  const error = vi.spyOn(app.nest.get(Logger), "error");
  await store("sign_up.mode", "canary-mode");
  await store("oidc.configuration", '{"canary":"plain"}');
  await store("outbound.allowed_addresses", "canary,canary");
  await store("of.another.release", "canary");
  for (let visit = 0; visit < 3; visit += 1) {
    expect((await app.visitor().get("/api/auth/options")).json()).toMatchObject({ signUp: "invite", oidc: null });
  }
  const admin = await app.admin();
  expect((await admin.get("/api/admin/oidc")).json()).toMatchObject({ isConfigured: false });
  expect((await admin.get("/api/admin/outbound")).json()).toEqual({ allowedAddresses: [] });
  const check = await settingsCheck();
  expect(check).toMatchObject({ state: "failing" });
  for (const key of ["sign_up.mode", "oidc.configuration", "outbound.allowed_addresses"]) {
    expect(check?.detail).toContain(`The setting ${key} in the database can't be read`);
    // Told once, however often it is read.
    expect(error.mock.calls.filter(([, , fields]) => JSON.stringify(fields ?? {}).includes(`"setting":"${key}"`))).toHaveLength(1);
  }
  expect(check?.detail).not.toMatch(/canary|of\.another/);
  expect(JSON.stringify(error.mock.calls)).not.toContain("canary");
  const findings = await examine({ env: app.env, migrationsFolder, createRuntime: (kind) => app.runtime.driver(kind) });
  expect(findings.find(({ check: name }) => name === "Settings")).toMatchObject({ state: "failing", detail: check?.detail });
});

test("a setting that can't be read is mended by saving it", async () => {
  await store("sign_up.mode", "?");
  await store("outbound.allowed_addresses", "?");
  const admin = await app.admin();
  expect((await admin.put("/api/admin/sign-up", { mode: "closed" })).status).toBe(200);
  expect((await admin.put("/api/admin/outbound", { allowedAddresses: ["10.1.2.3"] })).status).toBe(200);
  expect(await settingsCheck()).toMatchObject({ state: "ok" });
  expect((await app.visitor().get("/api/auth/options")).json()).toMatchObject({ signUp: "closed" });
});

test("a command does not go on with a default where a setting can't be read", async () => {
  await store("crypto.key_ring", '{"from":"canary"}');
  const terminal = { say: () => undefined, note: () => undefined };
  const rotation = withDatabase(app.env.DATABASE_URL.open(), async (database) =>
    rotateKey(database, { currentSecret: app.env.MOSAIC_SECRET_KEY.open(), newSecret: "n".repeat(40), terminal }),
  );
  await expect(rotation).rejects.toThrow(/The setting crypto\.key_ring in the database can't be read.*\(to, phase/);
});

test("of several first values at once one stands; the same value again is neither written nor audited; a change of one is told to its group", async () => {
  const settings = service();
  const audit = { action: "runtime.choose", target: { type: "setting", id: "runtime.kind" } } as const;
  await Promise.all([1, 2, 3].map(async () => settings.set("runtime.kind", "docker", audit)));
  expect(await auditRows(app.database, "runtime.choose")).toHaveLength(1);
  const ids = await Promise.all(["a", "b", "c"].map(async (id) => settings.setIfAbsent("onboarding.agent_id", id)));
  expect(new Set(ids).size).toBe(1);
  let heard = 0;
  await settings.onChange("sign_up", () => {
    heard += 1;
  });
  await settings.change("sign_up.mode", (current) => ({
    value: current === "invite" ? "open" : "closed",
    audit: { action: "sign_up.update", target: { type: "setting", id: "sign_up.mode" } },
  }));
  await vi.waitUntil(() => heard === 1);
  expect(await settings.get("sign_up.mode")).toBe("open");
});
