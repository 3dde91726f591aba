// A stand-in for the supervisor that keeps its conventions (standard input, environment, port) and does on request what containers do:
// end, hang, run out of memory, leave children behind. Node's built-ins only: it is copied into a test image as it is.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { hostname } from "node:os";
import { dirname, join } from "node:path";

const { MOSAIC_AGENT_STATE_DIR, MOSAIC_AGENT_PORT, MOSAIC_EXIT_WITH_PARENT } = process.env;
const notePath = join(MOSAIC_AGENT_STATE_DIR, "note.txt");
const lines = [];
let isStubborn = false;

process.stdin.setEncoding("utf8");
let text = "";
process.stdin.on("data", (chunk) => {
  text += chunk;
  const parts = text.split("\n");
  text = parts.pop();
  lines.push(...parts);
});
process.stdin.on("end", () => {
  if (lines.length === 0) process.exit(78);
  if (MOSAIC_EXIT_WITH_PARENT === "1" && !isStubborn) process.exit(0);
});
process.on("SIGTERM", () => {
  if (!isStubborn) process.exit(0);
});

const actions = {
  "/facts": () => ({
    tokenHashes: lines.map((line) => createHash("sha256").update(line).digest("hex")),
    hostname: hostname(),
    pid: process.pid,
    uid: process.getuid(),
    environment: process.env,
    words: process.argv.slice(2),
  }),
  "/environments": () => [1, process.pid].map((pid) => readText(`/proc/${pid}/environ`)),
  "/note": () => ({ note: readText(notePath) }),
  "/write-note": (query) => writeFileSync(notePath, query.get("text")),
  "/read": (query) => ({ text: readText(join(MOSAIC_AGENT_STATE_DIR, query.get("path"))) }),
  "/write": (query) => {
    mkdirSync(dirname(join(MOSAIC_AGENT_STATE_DIR, query.get("path"))), { recursive: true });
    writeFileSync(join(MOSAIC_AGENT_STATE_DIR, query.get("path")), query.get("text"));
  },
  "/link": (query) => symlinkSync(query.get("to"), join(MOSAIC_AGENT_STATE_DIR, query.get("path"))),
  "/keep": (query) => {
    const folder = join(MOSAIC_AGENT_STATE_DIR, "kept");
    mkdirSync(folder);
    writeFileSync(join(folder, "file"), Buffer.alloc(Number(query.get("mb")) * 1024 * 1024, 1));
    chmodSync(folder, Number.parseInt(query.get("mode"), 8));
  },
  "/say": (query) => {
    process.stdout.write(`out ${query.get("text")}\n`);
    process.stderr.write(`\u001b[31merr ${query.get("text")}\u001b[0m\n`);
  },
  "/flood": async (query) => {
    const chunk = `${"x".repeat(1_999)}\n`.repeat(500);
    for (let left = Number(query.get("megabytes")); left > 0; left--) await new Promise((resolve) => process.stdout.write(chunk, resolve));
  },
  "/exit": (query) => setImmediate(() => process.exit(Number(query.get("code")))),
  "/be-stubborn": () => void (isStubborn = true),
  // By the processor's time: on a busy machine the clock's says little.
  "/be-busy": () => {
    const before = process.cpuUsage();
    while (process.cpuUsage(before).user < 250_000);
  },
  "/fill-heap": () => setImmediate(fillHeap),
  "/fill-memory": () => setImmediate(fillMemory),
  "/have-child": () => ({ pid: spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" }).pid }),
  "/fetch": async (query) =>
    fetch(query.get("url"), { signal: AbortSignal.timeout(2000) }).then(
      ({ status }) => ({ status }),
      (error) => ({ error: String(error.cause?.code ?? error.name) }),
    ),
  "/try-write": (query) => {
    try {
      writeFileSync(query.get("path"), "x");
      return { error: null };
    } catch (error) {
      return { error: error.code };
    }
  },
};

createServer((request, response) => void answer(request, response)).listen(Number(MOSAIC_AGENT_PORT));

async function answer(request, response) {
  const url = new URL(request.url, "http://agent");
  const action = actions[url.pathname];
  response.writeHead(action && lines.length > 0 ? 200 : 503, { "content-type": "application/json", connection: "close" });
  response.end(JSON.stringify((lines.length > 0 && (await action?.(url.searchParams))) || {}));
}

function readText(path) {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    return error.code;
  }
}

function fillHeap() {
  const kept = [];
  for (;;) kept.push(Array.from({ length: 100_000 }, (_, index) => ({ index })));
}

function fillMemory() {
  const kept = [];
  for (;;) kept.push(Buffer.alloc(8 * 1024 * 1024, 1));
}
