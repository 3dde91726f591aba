import { spawn, spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readPidFile } from "./postgres-pid-file.mjs";
import { killAllIn, processesIn } from "./stand-in/started-mosaic.mjs";
import { startEmbeddedPostgres } from "./embedded-postgres.mjs";

const isRoot = process.getuid?.() === 0;
const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

/** @type {string} */
let folder;

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "mosaic-postgres-"));
});

afterEach(async () => {
  killAllIn(folder);
  await expect.poll(() => processesIn(folder), { timeout: 10_000 }).toEqual([]);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const optionsFor = (/** @type {string} */ parent) => ({
  dataDir: path.join(parent, "postgres"),
  logFile: path.join(parent, "postgres.log"),
});

/**
 * Postgres answers a request for TLS with one letter, before anybody has to log in.
 *
 * @param {number} port
 * @returns {Promise<string>}
 */
function greeting(port) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, "127.0.0.1", () => socket.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])));
    socket.once("data", (data) => resolve(socket.destroy() && data.toString("latin1")));
    socket.once("error", reject);
  });
}

/**
 * Starts it in another process, which prints the address and waits.
 *
 * @param {{ parent: string, prefix?: readonly string[], searchPath?: string }} options
 */
async function startElsewhere({ parent, prefix = [], searchPath }) {
  const code = `
    const { startEmbeddedPostgres } = await import(${JSON.stringify(new URL("embedded-postgres.mjs", import.meta.url).href)});
    try {
      console.log((await startEmbeddedPostgres(${JSON.stringify(optionsFor(parent))})).url);
      setInterval(() => undefined, 1000);
    } catch (error) { console.log(error.message, error.details); process.exit(1); }`;
  const [file, ...args] = [...prefix, process.execPath, "--input-type=module", "-e", code];
  const child = spawn(file, args, {
    cwd: "/",
    env: { PATH: searchPath ?? process.env["PATH"] },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (output += text));
  await expect.poll(() => output, { timeout: 45_000 }).toContain("\n");
  return { child, output };
}

describe("the embedded Postgres", { timeout: 90_000 }, () => {
  test("runs on 127.0.0.1 with a password of its own, and again with the same data", async () => {
    const first = await startEmbeddedPostgres(optionsFor(folder));
    expect(await greeting(first.port)).toBe("N");
    expect(new URL(first.url).password.length).toBeGreaterThanOrEqual(32);
    expect(statSync(path.join(folder, "postgres/password")).mode & 0o777).toBe(0o600);
    await first.stop();
    const second = await startEmbeddedPostgres(optionsFor(folder));
    expect(new URL(second.url).password).toBe(new URL(first.url).password);
    await second.stop();
    expect(processesIn(folder)).toEqual([]);
  });

  test("is attached to when it runs already, and replaced when asked to", async () => {
    const first = await startEmbeddedPostgres(optionsFor(folder));
    const attached = await startEmbeddedPostgres(optionsFor(folder));
    expect(attached).toMatchObject({ url: first.url, isAttached: true });
    await attached.stop();
    expect(await greeting(first.port)).toBe("N");
    const replaced = await startEmbeddedPostgres({ ...optionsFor(folder), ifRunning: "replace" });
    await first.exited;
    expect(replaced.isAttached).toBe(false);
    expect(await greeting(replaced.port)).toBe("N");
    await replaced.stop();
  });

  test("gets a new password when the file is lost", async () => {
    await (await startEmbeddedPostgres(optionsFor(folder))).stop();
    const before = readFileSync(path.join(folder, "postgres/password"), "utf8");
    rmSync(path.join(folder, "postgres/password"));
    const again = await startEmbeddedPostgres(optionsFor(folder));
    expect(new URL(again.url).password).not.toBe(before.trim());
    await again.stop();
  });

  test("refuses the data of another major version", async () => {
    await (await startEmbeddedPostgres(optionsFor(folder))).stop();
    writeFileSync(path.join(folder, "postgres/data/PG_VERSION"), "17\n");
    await expect(startEmbeddedPostgres(optionsFor(folder))).rejects.toThrow("was made by Postgres 17");
  });

  test("begins anew when its first start was interrupted", async () => {
    mkdirSync(path.join(folder, "postgres/data.new"), { recursive: true });
    writeFileSync(path.join(folder, "postgres/data.new/half"), "");
    const server = await startEmbeddedPostgres(optionsFor(folder));
    expect(existsSync(path.join(folder, "postgres/data.new"))).toBe(false);
    await server.stop();
  });

  test("ends when the process that started it is killed", async () => {
    const { child } = await startElsewhere({ parent: folder });
    const pid = readPidFile(path.join(folder, "postgres/data"))?.pid ?? 0;
    expect(processesIn(folder)).toContain(pid);
    child.kill("SIGKILL");
    await expect.poll(() => processesIn(folder), { timeout: 5_000 }).toEqual([]);
  });
});

describe("the user that Postgres runs as", { timeout: 90_000 }, () => {
  test("is an ordinary user where one starts it", async (context) => {
    if (!isRoot) return context.skip("the other tests show it already: they are not run by root");
    const reaches = spawnSync(nobody[0] ?? "", [...nobody.slice(1), "test", "-r", import.meta.filename]).status === 0;
    if (!reaches) return context.skip("the clone is in a folder that other users may not enter");
    chownSync(folder, 65_534, 65_534);
    const { child, output } = await startElsewhere({ parent: folder, prefix: nobody });
    expect(output).toMatch(/^postgresql:/);
    child.kill("SIGKILL");
    await expect.poll(() => processesIn(folder), { timeout: 5_000 }).toEqual([]);
  });

  test("reaches the folder of root in the closed home of somebody else", async (context) => {
    if (!isRoot) return context.skip("only root passes closed folders");
    const home = path.join(folder, "home");
    mkdirSync(path.join(home, "clone"), { recursive: true });
    chownSync(home, 12_345, 12_345);
    chmodSync(home, 0o700);
    const { child, output } = await startElsewhere({ parent: path.join(home, "clone") });
    expect(output).toMatch(/^postgresql:/);
    child.kill("SIGKILL");
    await expect.poll(() => processesIn(folder), { timeout: 5_000 }).toEqual([]);
  });

  test("may change between two starts", async (context) => {
    if (!isRoot) return context.skip("only root changes users");
    const data = path.join(folder, "postgres/data");
    for (const [refused, owner] of /** @type {const} */ ([
      ["", 0],
      ["unshare", 65_534],
      ["", 0],
    ])) {
      const { child, output } = await startElsewhere({
        parent: folder,
        searchPath: pathWithout(refused === "" ? [] : [refused]),
      });
      expect(output).toMatch(/^postgresql:/);
      expect(statSync(data).uid).toBe(owner);
      child.kill("SIGKILL");
      await expect.poll(() => processesIn(folder), { timeout: 5_000 }).toEqual([]);
    }
  });

  test("has to be found: where root may become nobody else, the error says what to do", async (context) => {
    if (!isRoot) return context.skip("only root is refused by Postgres");
    const { output } = await startElsewhere({
      parent: folder,
      searchPath: pathWithout(["unshare", "setpriv"]),
    });
    expect(output).toContain("set DATABASE_URL to a Postgres of yours");
  });
});

/**
 * A search path on which these programs are found and fail, as where the system forbids what they do.
 *
 * @param {readonly string[]} programs
 * @returns {string}
 */
function pathWithout(programs) {
  const stubs = mkdtempSync(path.join(folder, "refused-"));
  for (const program of programs) writeFileSync(path.join(stubs, program), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  return `${stubs}${path.delimiter}${process.env["PATH"]}`;
}
