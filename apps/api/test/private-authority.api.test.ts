import { randomUUIDv7 } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deriveRelayToken } from "@mosaic/agent-backends/gateway-token";
import type { Bundle } from "@mosaic/contracts/agent-config";
import { startOddProvider, type OddProvider } from "@mosaic/testing/odd-provider";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createAuthority } from "../../../packages/outbound/test/support/certificates.js";
import { containerTokenContext } from "../src/modules/agent-config/agent-config.types.js";
import { CryptoService } from "../src/modules/crypto/crypto.service.js";
import { hashToken, newToken } from "../src/modules/crypto/tokens.js";
import { parseEnv } from "../src/platform/config/env.js";
import { readTrustedCertificates } from "../src/platform/config/trusted-certificates.js";
import { startTestApp, type TestApp } from "./harness/test-app.js";
import type { TestClient } from "./harness/test-client.js";

const authority = createAuthority("Company CA");
const leaf = authority.issue(["127.0.0.1", "localhost"]);

let folder: string;
let app: TestApp;
let admin: TestClient;
let odd: OddProvider;
let login: Server;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mosaic-authority-"));
  const file = join(folder, "ca.pem");
  await writeFile(file, `# Our company\n${authority.certificate}\n`);
  app = await startTestApp({ env: { MOSAIC_EXTRA_CA_CERTS: file } });
  admin = await app.admin();
  await admin.request("PUT", "/api/admin/outbound", { allowedAddresses: ["127.0.0.1", "localhost"] });
  odd = await startOddProvider({ tls: leaf });
  login = createServer(leaf, (request, response) => {
    const issuer = `https://localhost:${port(login)}`;
    const endpoints = { authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/jwks` };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(request.url?.includes("jwks") === true ? { keys: [] } : { issuer, ...endpoints }));
  });
  await new Promise<void>((resolve) => login.listen(0, "127.0.0.1", resolve));
});

afterAll(async () => {
  login?.close();
  await odd?.close();
  await app?.close();
  await rm(folder, { recursive: true, force: true });
});

test("a provider whose certificate an authority of one's own has signed is tested", async () => {
  const body = { kind: "openai-compatible", baseUrl: `${odd.url}/v1`, apiKey: "sk-odd", model: "plain" };
  expect((await admin.post("/api/providers/test", body)).json()).toMatchObject({ outcome: "ok" });
});

test("a sign-in server of the same authority is reached", async () => {
  const { outcome } = (await admin.post("/api/admin/oidc/test", { issuer: `https://localhost:${port(login)}` })).json<{
    outcome: string;
  }>();
  expect(outcome).not.toMatch(/tls|unreachable|refused/);
});

test("the relay trusts it for shared providers, and an agent gets the authority with its files", async () => {
  const made = await admin.post("/api/providers", {
    kind: "openai-compatible",
    name: "Ours",
    baseUrl: `${odd.url}/v1`,
    apiKey: "sk-odd",
    models: [{ id: "plain" }],
  });
  const providerId = made.json<{ id: string }>().id;
  await app.database.query("UPDATE llm_providers SET is_shared = true WHERE id = $1", [providerId]);
  const ann = await app.member("ann");
  const { id: agentId } = (await ann.post("/api/agents", { name: "Robin", model: { providerId, model: "plain" } })).json<{ id: string }>();
  const token = await runningContainer(agentId);
  const at = `${app.internalUrl}/api/internal/agent-config/${agentId}`;
  const relayed = await fetch(`${at}/llm/${providerId}/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${deriveRelayToken(token)}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "plain", stream: true, messages: [{ role: "user", content: "Hi" }] }),
  });
  expect([relayed.status, await relayed.text()]).toEqual([200, expect.stringContaining("[DONE]")]);
  const bundle = (await (await fetch(`${at}/bundle`, { headers: { authorization: `Bearer ${token}` } })).json()) as Bundle;
  const file = bundle.files.find(({ path }) => path === "ca-certificates.pem");
  expect(file).toMatchObject({ root: "run", content: `${authority.certificate.trim()}\n` });
});

test.each([
  ["is not there", null, "can't be read (ENOENT)"],
  ["holds no certificate", "hello", "without certificates"],
  ["holds a damaged one", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "certificate 1 of its file is damaged"],
])("a file that %s stops the start, in words", async (_what, content, words) => {
  const path = join(folder, "broken.pem");
  await rm(path, { force: true });
  if (content !== null) await writeFile(path, content);
  const read = (): unknown => readTrustedCertificates({ ...app.env, MOSAIC_EXTRA_CA_CERTS: path });
  expect(read).toThrow(words);
});

test("Node's own setting counts as well, and neither is asked for", () => {
  const base = { DATABASE_URL: "postgres://localhost/x", MOSAIC_SECRET_KEY: "test-secret-key-0123456789-abcdefghijklmnop" };
  expect(readTrustedCertificates(parseEnv(base)).list).toEqual([]);
  const both = { ...base, NODE_EXTRA_CA_CERTS: join(folder, "ca.pem"), MOSAIC_EXTRA_CA_CERTS: join(folder, "ca.pem") };
  expect(readTrustedCertificates(parseEnv(both)).list).toHaveLength(1);
});

function port(server: Server): number {
  return (server.address() as AddressInfo).port;
}

async function runningContainer(agentId: string): Promise<string> {
  const token = newToken();
  const [agent] = await app.database.query<{ owner_id: string }>("SELECT owner_id FROM agents WHERE id = $1", [agentId]);
  const sealed = app.nest.get(CryptoService, { strict: false }).seal(token, containerTokenContext(agent?.owner_id ?? null, agentId));
  await app.database.query(
    "INSERT INTO agent_containers (agent_id, name, status, token_encrypted, token_hash, endpoint_host, endpoint_port) VALUES ($1, $2, 'running', $3, $4, '127.0.0.1', 1)",
    [agentId, `mosaic-${randomUUIDv7()}`, sealed, Buffer.from(hashToken(token))],
  );
  return token;
}
