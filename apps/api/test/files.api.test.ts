import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { maxFileBytes, type ChatFile, type FileRoom } from "@mosaic/contracts/files";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CLOCK } from "../src/platform/clock/clock.js";
import { FilesService } from "../src/modules/files/files.service.js";
import { TRANSFER_LIMITS, transferLimits } from "../src/modules/files/transfer-limits.js";
import { createAgent, createConversation, say } from "./harness/chat.js";
import { StoppedClock } from "./harness/stopped-clock.js";
import { startTestApp, uniqueName, type TestApp } from "./harness/test-app.js";
import type { TestClient } from "./harness/test-client.js";

let app: TestApp;
let ann: TestClient;
let bob: TestClient;
const clock = new StoppedClock();
const transfer = { ...transferLimits };
const missingId = "0190f0f0-0000-7000-8000-000000000000";
const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");

beforeAll(async () => {
  app = await startTestApp({
    replace: [
      { token: CLOCK, value: clock },
      { token: TRANSFER_LIMITS, value: transfer },
    ],
  });
  ann = await app.member(uniqueName("ann"));
  bob = await app.member(uniqueName("bob"));
});

afterAll(async () => {
  await app.close();
});

async function uploaded(client: TestClient, name: string, content: Uint8Array<ArrayBuffer> | string): Promise<ChatFile> {
  const answer = await client.upload(name, content);
  expect(answer.status).toBe(201);
  return answer.json<ChatFile>();
}

async function read(client: TestClient, path: string): Promise<{ response: Response; bytes: Buffer }> {
  const response = await client.open("GET", path);
  return { response, bytes: Buffer.from(await response.arrayBuffer()) };
}

async function rows(): Promise<number> {
  const [row] = await app.database.query<{ count: number }>("SELECT count(*)::int AS count FROM file_pieces");
  return row?.count ?? -1;
}

test("a file comes back as it was sent, as something to be kept", async () => {
  const content = randomBytes(700_000);
  const file = await uploaded(ann, "Daten für Böse.bin", content);
  expect(file).toMatchObject({ name: "Daten für Böse.bin", mediaType: "application/octet-stream", sizeBytes: 700_000 });
  const { response, bytes } = await read(ann, `/api/files/${file.id}`);
  expect(bytes.equals(content)).toBe(true);
  expect(response.headers.get("content-type")).toBe("application/octet-stream");
  expect(response.headers.get("content-disposition")).toContain("attachment; ");
  expect(response.headers.get("content-disposition")).toContain("filename*=UTF-8''Daten%20f%C3%BCr%20B%C3%B6se.bin");
  expect(response.headers.get("content-security-policy")).toBe("sandbox; default-src 'none'; frame-ancestors 'none'");
  expect(response.headers.get("x-content-type-options")).toBe("nosniff");
});

test("an upload is in the audit, without its name", async () => {
  const { id } = await uploaded(ann, "secret-plan.txt", "plan");
  const [row] = await app.database.query<{ action: string; row: string }>(
    "SELECT action, e::text AS row FROM audit_events e WHERE target_id = $1",
    [id],
  );
  expect(row?.action).toBe("file.upload");
  expect(row?.row).not.toContain("secret-plan");
});

test("nothing of a file can be read in the database, and a piece opens nowhere else", async () => {
  const text = "the garden gate is green ".repeat(20_000);
  const [first, second] = [await uploaded(ann, "gate-secret.txt", text), await uploaded(ann, "b.txt", text)];
  const dump = await app.database.query<{ row: string }>(
    "SELECT f::text || convert_from(decode(encode(p.payload, 'hex'), 'escape'), 'LATIN1') AS row FROM files f JOIN file_pieces p ON p.file_id = f.id",
  );
  expect(dump.map(({ row }) => row).join("")).not.toMatch(/garden|gate-secret/);
  const move =
    "UPDATE file_pieces SET payload = (SELECT payload FROM file_pieces WHERE file_id = $2 AND seq = 0) WHERE file_id = $1 AND seq = 0";
  await app.database.query(move, [first.id, second.id]);
  await expect(read(ann, `/api/files/${first.id}`)).rejects.toThrow();
  expect((await read(ann, `/api/files/${second.id}`)).bytes.toString()).toBe(text);
});

test.each([
  ["a script in an SVG", "logo.svg", '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "text/plain"],
  ["HTML by the name of an image", "cat.png", "<!doctype html><script>alert(1)</script>", "text/plain"],
  ["an image by the name of a page", "page.html", png, "image/png"],
  ["an image that is a script too", "poly.js", "GIF89a=1;alert(document.domain)//", "image/gif"],
])("%s is shown as what it is, where nothing runs", async (_what, name, content, mediaType) => {
  const file = await uploaded(ann, name, content);
  expect(file.mediaType).toBe(mediaType);
  const { response } = await read(ann, `/api/files/${file.id}/preview`);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe(mediaType === "text/plain" ? "text/plain; charset=utf-8" : mediaType);
  expect(response.headers.get("content-security-policy")).toContain("sandbox; default-src 'none'");
  expect(response.headers.get("x-content-type-options")).toBe("nosniff");
});

test.each([
  ["a PDF", "%PDF-1.7 /OpenAction << /S /JavaScript /JS (app.alert(1)) >>"],
  ["a zip", Buffer.from("504b0304000000000000", "hex")],
])("%s has no preview", async (_what, content) => {
  const file = await uploaded(ann, "a", content);
  expect((await ann.get(`/api/files/${file.id}/preview`)).json()).toMatchObject({
    code: "not_found",
    detail: expect.stringContaining("Download"),
  });
});

test.each([
  ["../../../etc/cron.d/evil", "evil"],
  ["C:\\Windows\\nul.txt", "_nul.txt"],
  ["invoice\u202Efdp.exe", "invoicefdp.exe"],
  [`${"a".repeat(300)}.pdf`, `${"a".repeat(116)}.pdf`],
  ["bomb.zip.zip\u0000.png", "bomb.zip.zip.png"],
  ["", "file"],
])("a file named %j is stored as %j", async (given, name) => {
  expect((await uploaded(ann, given, "x")).name).toBe(name);
});

test("another's file answers as a missing one, byte for byte", async () => {
  const { id } = await uploaded(ann, "diary.txt", "dear diary");
  for (const [method, path] of [
    ["GET", ""],
    ["GET", "/preview"],
    ["DELETE", ""],
  ] as const) {
    const [others, missing] = [
      await bob.request(method, `/api/files/${id}${path}`, undefined),
      await bob.request(method, `/api/files/${missingId}${path}`, undefined),
    ];
    expect(others.status).toBe(404);
    expect(others.text).toBe(missing.text);
  }
  expect((await app.visitor().get(`/api/files/${id}`)).status).toBe(401);
  expect((await ann.get(`/api/files/${id}`)).status).toBe(200);
  expect((await ann.delete(`/api/files/${id}`)).status).toBe(204);
  expect((await ann.get(`/api/files/${id}`)).status).toBe(404);
});

test.each([
  ["an empty file", "", {}, 400, "The file is empty."],
  ["a name that is no text", "x", { "x-file-name": "%ff" }, 400, "percent-encoded"],
  ["compressed content", "x", { "content-encoding": "gzip" }, 415, "without compression"],
  ["a form", "x", { "content-type": "multipart/form-data; boundary=a" }, 415, "application/octet-stream"],
])("%s is refused in words", async (_what, content, headers, status, words) => {
  const before = await rows();
  const answer = await ann.upload("a.txt", content, { headers });
  expect(answer.status).toBe(status);
  expect(answer.text).toContain(words);
  expect(await rows()).toBe(before);
});

test("a file above the limit is refused before it is read, one of the largest size is taken", async () => {
  const refused = await ann.upload("large.bin", new Uint8Array(maxFileBytes + 1));
  expect(refused.json()).toMatchObject({ code: "file_too_large", detail: expect.stringContaining("25 MB") });
  const largest = await uploaded(ann, "largest.bin", new Uint8Array(maxFileBytes));
  expect((await ann.delete(`/api/files/${largest.id}`)).status).toBe(204);
});

test("an upload whose sender leaves is removed", async () => {
  const before = await rows();
  const { hostname, port } = new URL(app.url);
  const socket = connect(Number(port), hostname);
  const head = ["POST /api/files HTTP/1.1", `host: ${hostname}:${port}`, `origin: ${app.url}`, `cookie: ${ann.cookie ?? ""}`];
  socket.write([...head, "content-type: application/octet-stream", "content-length: 2000000", "", ""].join("\r\n"));
  socket.write(Buffer.alloc(1_000_000));
  await expect.poll(rows, { timeout: 15_000 }).toBeGreaterThan(before);
  socket.destroy();
  await expect.poll(rows, { timeout: 15_000 }).toBe(before);
});

test("who sends or reads a file more slowly than anybody does gives their place to others", async () => {
  const { id } = await uploaded(ann, "large.bin", new Uint8Array(10_000_000));
  const pace = { bytesPerSecond: 1e15, windowMs: 0, checkEveryMs: 1 };
  const before = await rows();
  Object.assign(transfer, { incoming: { ...transferLimits.incoming, pace }, outgoing: { ...transferLimits.outgoing, pace } });
  const sent = await ann.upload("slow.bin", new Uint8Array(10_000_000));
  await expect(read(ann, `/api/files/${id}`)).rejects.toThrow();
  Object.assign(transfer, transferLimits);
  expect(sent.json()).toMatchObject({ code: "body_too_slow", detail: expect.stringContaining("did not arrive in time") });
  await expect.poll(rows).toBe(before);
  expect((await read(ann, `/api/files/${id}`)).bytes.length).toBe(10_000_000);
});

test("a person's files have their room, and an admin sets it", async () => {
  const [admin, eve] = [await app.admin(), await app.member(uniqueName("eve"))];
  expect((await admin.put("/api/admin/files", { quotaBytes: 1024 * 1024 })).status).toBe(200);
  expect((await admin.put("/api/admin/files", { quotaBytes: 1.5 })).status).toBe(400);
  expect((await eve.put("/api/admin/files", { quotaBytes: 0 })).status).toBe(403);
  // However small, each takes 64 kB.
  const sizes = await Promise.all(Array.from({ length: 20 }, async () => (await eve.upload("a.txt", "a")).status));
  expect(sizes.filter((status) => status === 201)).toHaveLength(16);
  expect(sizes.filter((status) => status === 409)).toHaveLength(4);
  expect((await eve.get("/api/files/room")).json<FileRoom>()).toEqual({ usedBytes: 1024 * 1024, quotaBytes: 1024 * 1024 });
  expect((await eve.upload("a.txt", "a")).json()).toMatchObject({ code: "file_quota_reached", detail: expect.stringContaining("1 MB") });
  expect((await bob.upload("a.txt", "a")).status).toBe(201);
  await admin.put("/api/admin/files", { quotaBytes: 1024 * 1024 * 1024 });
});

test("a token that may only read can't upload", async () => {
  const reader = await app.token(ann, ["read"]);
  expect((await reader.upload("a.txt", "a")).status).toBe(403);
  const chatter = await app.token(ann, ["chat"]);
  expect((await chatter.upload("a.txt", "a")).status).toBe(201);
});

test("a deleted user's files are gone", async () => {
  const zoe = await app.member(uniqueName("zoe"));
  await createConversation(zoe, (await createAgent(zoe)).id);
  const { id } = await uploaded(zoe, "a.txt", "a");
  await app.database.query("DELETE FROM agents WHERE owner_id = $1", [zoe.userId]);
  await app.database.query("DELETE FROM users WHERE id = $1", [zoe.userId]);
  const left = await app.database.query(
    "SELECT 1 FROM files f FULL JOIN file_pieces p ON p.file_id = f.id WHERE f.id = $1 OR p.file_id = $1",
    [id],
  );
  expect(left).toHaveLength(0);
});

test("what an agent made is known again by its owner's mark, which tells nobody which file it is", async () => {
  const [carl, dora] = [await app.member(uniqueName("carl")), await app.member(uniqueName("dora"))];
  const { id: agentId } = await createAgent(carl);
  const { message } = await say(carl, await createConversation(carl, agentId), "hello");
  const files = app.nest.get(FilesService, { strict: false });
  const store = async (client: TestClient, sourceMark: string) =>
    files.store({
      userId: client.userId ?? "",
      name: "a.txt",
      sizeBytes: 1,
      content: (async function* content() {
        yield Buffer.from("a");
      })(),
      made: { messageId: message.id, sourceMark },
    });
  const first = await store(carl, "where-when-and-how-large");
  await store(carl, "where-when-and-how-large");
  await store(carl, "another");
  await store(dora, "where-when-and-how-large");
  const stored = await app.database.query<{ id: string; mark: string }>(
    "SELECT id, source_mark AS mark FROM files WHERE message_id = $1 ORDER BY id",
    [message.id],
  );
  expect(stored.map(({ id }) => id)).toContain(first?.id);
  expect(new Set(stored.map(({ mark }) => mark)).size).toBe(3);
  expect(stored.filter(({ mark }) => mark.includes("where") || mark === "another")).toEqual([]);
});

test("a file that nobody sends is removed after a day, and not before", async () => {
  const { id } = await uploaded(ann, "draft.txt", "draft");
  const files = app.nest.get(FilesService, { strict: false });
  clock.move(23 * 3_600_000);
  await files.removeStale();
  expect((await ann.get(`/api/files/${id}`)).status).toBe(200);
  clock.move(2 * 3_600_000);
  await files.removeStale();
  const [row] = await app.database.query("SELECT 1 FROM files WHERE id = $1", [id]);
  expect(row).toBeUndefined();
});
