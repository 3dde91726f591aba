import { afterEach, expect, test } from "vitest";
import { startTestApp, uniqueName, type TestApp } from "./harness/test-app.js";

const right = { username: "root-admin", password: "correct horse battery staple" };
const image = "/api/admin/backends/openclaw";

let app: TestApp;

afterEach(async () => {
  await app.close();
});

async function start(env: Record<string, string> = {}): Promise<void> {
  app = await startTestApp({ env });
}

async function cookiesOfLogin(headers: Record<string, string>): Promise<string[]> {
  const member = uniqueName("ann");
  const admin = await app.admin();
  const { code } = (await admin.post("/api/admin/invites", { role: "member" })).json<{ code: string }>();
  const body = { username: member, password: "a fine long sentence", inviteCode: code };
  const response = await app.visitor().open("POST", "/api/auth/sign-up", body, { headers });
  expect(response.status).toBe(201);
  return response.headers.getSetCookie();
}

async function addressInAudit(): Promise<string | undefined> {
  const sql = "SELECT address FROM audit_events WHERE action = 'auth.sign_in_refused' ORDER BY id DESC LIMIT 1";
  return (await app.database.query<{ address: string }>(sql))[0]?.address;
}

test("a browser that is there by HTTPS gets cookies that never go over plain HTTP, whatever is known of the proxy", async () => {
  await start();
  const { host } = new URL(app.url);
  const secure = await cookiesOfLogin({ origin: `https://${host}` });
  expect(secure.length).toBeGreaterThan(1);
  expect(secure.every((cookie) => cookie.includes("; Secure"))).toBe(true);
  expect((await cookiesOfLogin({})).some((cookie) => cookie.includes("Secure"))).toBe(false);
});

test("an address that anybody can make up is believed of the operator's own proxies only", async () => {
  const forwarded = { "x-forwarded-for": "203.0.113.9, 198.51.100.7", "x-forwarded-proto": "https" };
  /** As a browser behind that proxy sends it. */
  const secure = (): Record<string, string> => ({ ...forwarded, origin: app.url.replace("http:", "https:") });
  await start();
  await app.visitor().post("/api/auth/login", { ...right, password: "wrong" }, { headers: forwarded });
  expect(await addressInAudit()).toBe("127.0.0.1");
  await app.close();
  await start({ MOSAIC_TRUSTED_PROXIES: "loopback" });
  await app.visitor().post("/api/auth/login", { ...right, password: "wrong" }, { headers: secure() });
  expect(await addressInAudit()).toBe("198.51.100.7");
  expect((await cookiesOfLogin(secure())).every((cookie) => cookie.includes("; Secure"))).toBe(true);
});

test("an image sees what no admin may see, so admins choose among those that the operator allows", async () => {
  await start({ MOSAIC_AGENT_IMAGES: "registry.example/agents/, registry.example:5000/own" });
  const admin = await app.admin();
  for (const refused of [
    "evil.example/oc:1",
    "mosaic/openclaw-evil:1",
    "mosaic/openclaw",
    `mosaic/openclaw@sha256:${"0".repeat(64)}`,
    `mosaic/openclaw:1@sha256:${"0".repeat(64)}`,
    "mosaic/other:1",
    "registry.example/agents",
    "registry.example/agentsevil/x:1",
    "registry.example:5000/own/more:1",
    "registry.example:5000/owner",
  ]) {
    const answer = await admin.patch(image, { image: refused });
    expect([refused, answer.status, answer.text.includes("MOSAIC_AGENT_IMAGES")]).toEqual([refused, 400, true]);
  }
  for (const accepted of [
    "mosaic/openclaw:2",
    "registry.example/agents/oc:1",
    "registry.example:5000/own",
    "registry.example:5000/own:7",
  ]) {
    expect([accepted, (await admin.patch(image, { image: accepted })).status]).toEqual([accepted, 200]);
  }
  const sql = "SELECT details FROM audit_events WHERE action = 'backend.update' ORDER BY id DESC LIMIT 1";
  expect((await app.database.query<{ details: unknown }>(sql))[0]?.details).toMatchObject({
    image: "registry.example:5000/own:7",
    formerImage: "registry.example:5000/own",
  });
});
