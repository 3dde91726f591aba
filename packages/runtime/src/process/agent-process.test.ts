import { tmpdir } from "node:os";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { keptLogBytes } from "../log-tail.js";
import { startAgentProcess } from "./agent-process.js";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Without what only waits to be collected. */
function heldBytes(): number {
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}

test("a child that floods both outputs is read to its end, in bounded memory, and its last words are known", async () => {
  const script = `
    const { writeSync } = require("node:fs");
    const chunk = Buffer.from(("x".repeat(99) + "\\n").repeat(10_000));
    for (let i = 0; i < 100; i++) { writeSync(1, chunk); writeSync(2, chunk); }
    setTimeout(() => writeSync(1, "the end\\n"), 300);
  `;
  const before = heldBytes();
  const child = await startAgentProcess({ command: [process.execPath, "-e", script], cwd: tmpdir(), environment: {} });
  expect(await child.exited).toEqual({ exitCode: 0, wasOutOfMemory: false });
  await expect.poll(() => child.said().endsWith("the end\n")).toBe(true);
  expect(Buffer.byteLength(child.said())).toBeLessThanOrEqual(keptLogBytes);
  await expect.poll(() => heldBytes() - before).toBeLessThan(16 * 1024 * 1024);
});
