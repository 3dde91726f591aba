import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";
import { identityOf, isAlive } from "./process-identity.js";

it("knows a process from another that has its number", async () => {
  const self = await identityOf(process.pid);
  expect(self).not.toBeNull();
  expect(self && (await isAlive(self))).toBe(true);
  expect(await isAlive({ pid: process.pid, startTime: "another-boot:1" })).toBe(false);
});

it("sees that a process has ended", async () => {
  const child = spawn(process.execPath, ["-e", "process.stdin.resume()"], { stdio: ["pipe", "ignore", "ignore"] });
  await once(child, "spawn");
  const identity = await identityOf(child.pid ?? 0);
  expect(identity && (await isAlive(identity))).toBe(true);
  child.stdin.end();
  await once(child, "exit");
  expect(identity && (await isAlive(identity))).toBe(false);
});
