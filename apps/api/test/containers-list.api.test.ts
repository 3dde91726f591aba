import type { ContainerList } from "@mosaic/contracts/admin-containers";
import { randomBytes, randomUUIDv7 } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApp, type TestApp } from "./harness/test-app.js";
import type { TestClient } from "./harness/test-client.js";

let app: TestApp;
let admin: TestClient;

beforeAll(async () => {
  app = await startTestApp();
  admin = await app.admin();
  const ann = await app.member("ann-lee");
  const bob = await app.member("bob");
  // Two of them changed their state in the same millisecond.
  for (const [index, [name, owner, status]] of (
    [
      ["Zero", ann, "error"],
      ["One", bob, "running"],
      ["Two", ann, "stopped"],
      ["Three", ann, "stopped"],
      ["50%_off", bob, "stopped"],
      ["Warden", null, "running"],
      ["Six", bob, "stopped"],
    ] as const
  ).entries()) {
    const id = randomUUIDv7();
    await app.database.query(
      "INSERT INTO agents (id, owner_id, backend_id, name, emoji, personality, tools, is_wanted) VALUES ($1, $2, 'openclaw', $3, '', '', '{}', false)",
      [id, owner?.userId ?? null, name],
    );
    await app.database.query(
      `INSERT INTO agent_containers (agent_id, name, status, status_since, token_encrypted, token_hash)
       VALUES ($1, $2, $3, timestamptz '2026-01-01' - make_interval(mins => $4), 'enc:', $5)`,
      [id, `mosaic-${id}`, status, index === 3 ? 2 : index, randomBytes(32)],
    );
  }
});

afterAll(async () => {
  await app.close();
});

async function list(query: string): Promise<ContainerList> {
  const answer = await admin.get(`/api/admin/containers${query}`);
  expect(answer.status).toBe(200);
  return answer.json<ContainerList>();
}

const names = ({ containers }: ContainerList): string[] => containers.map(({ agentName }) => agentName);

test("the list comes in pages, forwards and back, and none is skipped or told twice", async () => {
  const pages: ContainerList[] = [await list("?pageSize=3")];
  for (let next = pages[0]?.next ?? null; next !== null; next = pages.at(-1)?.next ?? null) {
    pages.push(await list(`?pageSize=3&after=${next}`));
  }
  const all = pages.flatMap(names);
  expect(pages.map(({ containers }) => containers.length)).toEqual([3, 3, 1]);
  expect(new Set(all).size).toBe(7);
  expect([all[0], all[1], all.slice(2, 4).toSorted(), ...all.slice(4)]).toEqual([
    "Zero",
    "One",
    ["Three", "Two"],
    "50%_off",
    "Warden",
    "Six",
  ]);
  expect(pages.map(({ previous, next }) => [previous === null, next === null])).toEqual([
    [true, false],
    [false, false],
    [false, true],
  ]);

  const second = await list(`?pageSize=3&before=${pages[2]?.previous}`);
  expect(names(second)).toEqual(names(pages[1] ?? second));
  const first = await list(`?pageSize=3&before=${second.previous}`);
  expect([names(first), first.previous]).toEqual([names(pages[0] ?? first), null]);
});

test("containers are found by their agent, by its owner and by their state; what runs is counted whatever is looked for", async () => {
  expect(names(await list("?search=war"))).toEqual(["Warden"]);
  expect(names(await list("?search=ANN-"))).toHaveLength(3);
  expect(names(await list("?search=le"))).toHaveLength(3);
  expect(names(await list("?search=%25_o"))).toEqual(["50%_off"]);
  expect(names(await list("?search=nobody"))).toEqual([]);
  expect(names(await list("?status=running"))).toEqual(["One", "Warden"]);
  expect(names(await list("?status=running&search=bob"))).toEqual(["One"]);
  expect((await list("?search=nobody")).running).toBe(2);
});

test("a place that no answer has named is refused", async () => {
  for (const query of ["?after=1", "?before=x.y", "?after=99999999999999999.a", `?pageSize=101`, "?status=gone"]) {
    expect((await admin.get(`/api/admin/containers${query}`)).status).toBe(400);
  }
  const place = `1.${randomUUIDv7()}`;
  expect((await admin.get(`/api/admin/containers?after=${place}&before=${place}`)).status).toBe(400);
});

test("deep pages are refused with words: what is further down is searched for", async () => {
  for (const path of ["users", "audit"]) {
    expect((await admin.get(`/api/admin/${path}?page=100&pageSize=100`)).status).toBe(200);
    const refused = await admin.get(`/api/admin/${path}?page=101&pageSize=100`);
    expect(refused.status).toBe(400);
    expect(JSON.stringify(refused.json())).toContain("search or filter");
  }
});
