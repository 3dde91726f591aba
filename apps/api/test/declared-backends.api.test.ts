import type { BackendDeclaration, ImportedBackends } from "@mosaic/contracts/backend-declarations";
import type { BackendChoices, BackendList } from "@mosaic/contracts/admin-containers";
import type { DeclaredBackendFile } from "@mosaic/contracts/declared-backend";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createAgent } from "./harness/chat.js";
import { sampleDeclaration } from "./harness/declarations.js";
import { startTestApp, uniqueName, type TestApp } from "./harness/test-app.js";
import { TestClient } from "./harness/test-client.js";

const path = "/api/admin/declared-backends";

let app: TestApp;
let admin: TestClient;

beforeAll(async () => {
  app = await startTestApp();
  admin = await app.admin();
});

afterAll(async () => {
  await app.close();
});

let count = 0;
function declarationOf(over: object = {}): typeof sampleDeclaration {
  count += 1;
  const id = `parrot-${count}` as "parrot";
  return { ...sampleDeclaration, id, image: `mosaic/${id}:1` as typeof sampleDeclaration.image, ...over };
}

async function declared(over: object = {}): Promise<BackendDeclaration> {
  const answer = await admin.post(path, { declaration: declarationOf(over) });
  expect([answer.status, answer.status === 201 ? "" : answer.text]).toEqual([201, ""]);
  return answer.json();
}

async function choiceOf(client: TestClient, id: string): Promise<BackendChoices["backends"][number] | undefined> {
  return (await client.get("/api/backends")).json<BackendChoices>().backends.find((backend) => backend.id === id);
}

test("a declared kind is offered to everybody at once, and agents can be made of it", async () => {
  const { declaration, version, history } = await declared({ description: "Says it again." });
  expect([version, history.map((each) => each.version)]).toEqual([1, [1]]);
  const ann = await app.member(uniqueName("ann"));
  expect(await choiceOf(ann, declaration.id)).toMatchObject({ label: "Parrot", description: "Says it again.", tools: [] });
  const agent = (await ann.post("/api/agents", { name: "Polly", backend: declaration.id })).json<{ id: string; backend: string }>();
  expect(agent.backend).toBe(declaration.id);
  const listed = (await admin.get("/api/admin/backends")).json<BackendList>().backends;
  expect(listed.find(({ id }) => id === declaration.id)).toMatchObject({
    isDeclared: true,
    isOffered: true,
    agentCount: 1,
    image: declaration.image,
  });
});

test("another process offers it as well, and takes over its change", async () => {
  const other = await startTestApp({ database: app.database, runtime: app.runtime });
  try {
    const { declaration } = await declared();
    const elsewhere = new TestClient(other.url, { cookie: admin.cookie ?? "" });
    await expect.poll(async () => (await choiceOf(elsewhere, declaration.id))?.label, { timeout: 5_000 }).toBe("Parrot");
    await admin.request("PUT", `${path}/${declaration.id}`, { declaration: { ...declaration, label: "Cockatoo" }, version: 1 });
    await expect.poll(async () => (await choiceOf(elsewhere, declaration.id))?.label, { timeout: 5_000 }).toBe("Cockatoo");
  } finally {
    await other.close();
  }
});

test("a change is another version, restarts the agents that run, and is refused for who did not see the last one", async () => {
  const { declaration } = await declared();
  const ann = await app.member(uniqueName("ann"));
  const { id } = await createAgent(ann, { backend: declaration.id });
  await app.database.query(
    "INSERT INTO agent_containers (agent_id, name, status, token_encrypted, token_hash) VALUES ($1, $2, 'running', 'enc:x', sha256('x')) ON CONFLICT (agent_id) DO UPDATE SET status = 'running'",
    [id, id],
  );
  const changed = { ...declaration, environment: { MODEL: "always-this" } };
  const saved = await admin.request("PUT", `${path}/${declaration.id}`, { declaration: changed, version: 1 });
  expect(saved.json<BackendDeclaration>()).toMatchObject({ version: 2, declaration: changed });
  const rows = await app.database.query("SELECT 1 FROM agent_containers WHERE agent_id = $1 AND restart_pending_since IS NOT NULL", [id]);
  expect(rows).toHaveLength(1);
  const late = await admin.request("PUT", `${path}/${declaration.id}`, { declaration, version: 1 });
  expect([late.status, late.text]).toEqual([409, expect.stringContaining("Somebody else changed this kind meanwhile")]);
  const { history } = (await admin.get(`${path}/${declaration.id}`)).json<BackendDeclaration>();
  expect(history.map(({ version, declaration: before }) => [version, Object.keys(before.environment)])).toEqual([
    [2, ["MODEL"]],
    [1, ["BASE", "KEY", "MODEL"]],
  ]);
  await app.database.query("DELETE FROM agents WHERE id = $1", [id]);
});

test.each<[string, object, string]>([
  ["an id that comes with Mosaic", { id: "openclaw", image: "mosaic/openclaw:1" }, "comes with Mosaic"],
  ["an image that the operator does not allow", { image: "evil.example/parrot:1" }, "MOSAIC_AGENT_IMAGES"],
  ["root", { user: 0 }, "user"],
  ["an unknown placeholder", { environment: { A: "${LLM_KEY}" } }, "LLM_KEY"],
  ["a key in a file of the volume", { files: [{ root: "state", path: "a.json", content: "${LLM_API_KEY}" }] }, "files"],
  ["a path that leads out", { files: [{ root: "state", path: "../a", content: "" }] }, "files"],
  ["a variable of Mosaic's", { environment: { MOSAIC_CONFIG_URL: "http://evil" } }, "MOSAIC_CONFIG_URL"],
  ["a field that there is not", { privileged: true }, "privileged"],
  ["a network", { networks: ["host"] }, "networks"],
])("%s is refused in words, and nothing is stored", async (_what, over, words) => {
  const declaration = declarationOf(over);
  const answer = await admin.post(path, { declaration });
  expect(answer.status).toBe(400);
  expect(answer.text).toContain(words);
  expect((await admin.get(path)).json<DeclaredBackendFile>().backends.some(({ id }) => id === declaration.id)).toBe(false);
});

test("what is exported is imported elsewhere, and a second time changes nothing; a trial only tells", async () => {
  const { declaration } = await declared();
  const exported = (await admin.get(path)).text;
  expect((await admin.delete(`${path}/${declaration.id}`)).status).toBe(204);
  const importing = async (isTrial: boolean): Promise<ImportedBackends> =>
    (await admin.post(`${path}/import`, { content: exported, isTrial })).json<ImportedBackends>();
  expect((await importing(true)).added).toEqual([declaration.id]);
  expect((await admin.get(`${path}/${declaration.id}`)).status).toBe(404);
  expect((await importing(false)).added).toEqual([declaration.id]);
  const again = await importing(false);
  expect([again.added, again.changed]).toEqual([[], []]);
  expect(again.unchanged).toContain(declaration.id);
  for (const content of ["no json", "[]", '{"version":1,"backends":[{"id":"x"}]}', "{}"]) {
    const answer = await admin.post(`${path}/import`, { content });
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining("content")]);
  }
});

test("a kind that agents are of stays until they are gone; one that is no longer offered makes no new ones", async () => {
  const { declaration } = await declared();
  const ann = await app.member(uniqueName("ann"));
  const { id } = await createAgent(ann, { backend: declaration.id });
  const refused = await admin.delete(`${path}/${declaration.id}`);
  expect([refused.status, refused.text]).toEqual([409, expect.stringContaining("Agents are of this kind")]);
  expect((await admin.patch(`/api/admin/backends/${declaration.id}`, { isOffered: false })).status).toBe(200);
  expect(await choiceOf(ann, declaration.id)).toBeUndefined();
  const another = await ann.post("/api/agents", { name: "Polly", backend: declaration.id });
  expect([another.status, another.text]).toEqual([400, expect.stringContaining("not offered here")]);
  expect((await ann.delete(`/api/agents/${id}`)).status).toBe(204);
  expect((await admin.delete(`${path}/${declaration.id}`)).status).toBe(204);
  expect((await admin.delete(`${path}/${declaration.id}`)).status).toBe(404);
});

test("nobody but an admin sees or changes declarations", async () => {
  const ann = await app.member(uniqueName("ann"));
  expect((await ann.get(path)).status).toBe(403);
  expect((await ann.post(path, { declaration: declarationOf() })).status).toBe(403);
});

test("a file declares kinds at the start; a fault in it is told and stops nothing", async () => {
  const folder = await mkdtemp(join(tmpdir(), "mosaic-kinds-"));
  const file = join(folder, "kinds.json");
  const declaration = declarationOf({ label: "From a file" });
  await writeFile(file, JSON.stringify({ version: 1, backends: [declaration] }));
  const other = await startTestApp({ database: app.database, runtime: app.runtime, env: { MOSAIC_BACKENDS_FILE: file } });
  await expect.poll(async () => (await choiceOf(admin, declaration.id))?.label, { timeout: 5_000 }).toBe("From a file");
  await other.close();
  await writeFile(file, JSON.stringify({ version: 1, backends: [{ ...declaration, port: "x" }] }));
  const third = await startTestApp({ database: app.database, runtime: app.runtime, env: { MOSAIC_BACKENDS_FILE: file } });
  expect((await choiceOf(admin, declaration.id))?.label).toBe("From a file");
  await third.close();
});
