import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { killAllIn, makeClone, processesIn, startMosaic } from "./stand-in/started-mosaic.mjs";

const bootMs = 45_000;

/** @type {Awaited<ReturnType<typeof makeClone>>} */
let clone;

beforeEach(async () => {
  clone = await makeClone();
});

afterEach(async () => {
  killAllIn(clone.root);
  await expect.poll(() => processesIn(clone.root), { timeout: 10_000 }).toEqual([]);
  clone.remove();
});

/** @param {Parameters<typeof startMosaic>[1]} [options] */
async function waitForReady(options) {
  const mosaic = startMosaic(clone, options);
  await expect.poll(() => mosaic.output(), { timeout: bootMs }).toContain("Mosaic is ready");
  return mosaic;
}

async function expectNothingLeft() {
  await expect.poll(() => processesIn(clone.root), { timeout: 5_000 }).toEqual([]);
}

/** As the API was told. */
async function databasePort() {
  const health = /** @type {{ databasePort: string }} */ (await (await fetch(`http://127.0.0.1:${clone.port}/api/health`)).json());
  return Number(health.databasePort);
}

const pidFile = () => stateFile("postgres/data/postmaster.pid");
const killPostgres = () => process.kill(Number(readFileSync(pidFile(), "utf8").split("\n")[0]), "SIGKILL");

/** @param {number} port */
async function accepts(port) {
  const socket = net.connect(port, "127.0.0.1");
  const isOpen = await Promise.race([once(socket, "connect").then(() => true), once(socket, "error").then(() => false)]).catch(() => false);
  socket.destroy();
  return isOpen;
}

const stateFile = (/** @type {string} */ name) => path.join(clone.root, ".mosaic", name);
const modeOf = (/** @type {string} */ name) => statSync(stateFile(name)).mode & 0o777;

describe("a start", { timeout: 90_000 }, () => {
  test("prints exactly one link, keeps its state to the owner, and says that the key is to be backed up", async () => {
    const mosaic = await waitForReady();
    await expect.poll(() => mosaic.output()).toContain("warning: something to worry about");
    expect(mosaic.output().match(/https?:\/\/\S+/g)).toEqual([`http://127.0.0.1:${clone.port}/setup#token=once`]);
    expect(mosaic.output()).toContain("Back it up");
    expect(mosaic.output()).not.toContain("an ordinary line");
    expect(modeOf("")).toBe(0o700);
    expect(modeOf("secret-key")).toBe(0o600);
    expect(modeOf("postgres/password")).toBe(0o600);
    expect(readFileSync(stateFile("logs/mosaic.log"), "utf8")).toContain("an ordinary line");
    mosaic.signal("SIGTERM");
    expect(await mosaic.ended).toBe(0);
    await expectNothingLeft();
    expect(existsSync(stateFile("run.json"))).toBe(false);
  });

  test("keeps the key and the database of the start before, and is ready within 5 s", async () => {
    const first = await waitForReady();
    const key = readFileSync(stateFile("secret-key"), "utf8");
    first.signal("SIGTERM");
    await first.ended;
    const startedAt = Date.now();
    const second = await waitForReady();
    expect(Date.now() - startedAt).toBeLessThan(5_000);
    expect(second.output()).not.toContain("Back it up");
    expect(readFileSync(stateFile("secret-key"), "utf8")).toBe(key);
  });

  test("shows what the API says when it refuses to start, and stops", async () => {
    const mosaic = startMosaic(clone, { env: { STAND_IN: "refuse" } });
    expect(await mosaic.ended).toBe(1);
    expect(mosaic.output()).toContain("Error: MOSAIC_SECRET_KEY is not the key of this database.");
    await expectNothingLeft();
  });

  test("shows the end of the log when the API crashes at its start", async () => {
    const mosaic = startMosaic(clone, { env: { STAND_IN: "crash" } });
    expect(await mosaic.ended).toBe(1);
    expect(mosaic.output()).toContain("crashed on purpose");
    await expectNothingLeft();
  });

  test("starts the API again when it ends by itself, with a line", async () => {
    const mosaic = await waitForReady();
    const database = await databasePort();
    await fetch(`http://127.0.0.1:${clone.port}/crash`).catch(() => undefined);
    await expect.poll(() => mosaic.output(), { timeout: bootMs }).toContain("Mosaic runs again.");
    expect(mosaic.output()).toContain("Mosaic ended with code 7 without being told to. It is started again in 0.05 s (1 of 3).");
    expect(await databasePort()).toBe(database);
    expect(mosaic.output().match(/https?:\/\/\S+/g)).toHaveLength(1);
    mosaic.signal("SIGTERM");
    expect(await mosaic.ended).toBe(0);
    await expectNothingLeft();
  });

  test("gives up on an API that ends again and again, and says so", async () => {
    const mosaic = startMosaic(clone, { env: { STAND_IN: "crash later" } });
    expect(await mosaic.ended).toBe(1);
    expect(mosaic.output().match(/is started again/g)).toHaveLength(3);
    expect(mosaic.output()).toMatch(
      /Error: Mosaic ended with code 7 without being told to\. It was started again 3 times before, so this is the end\. Look into its log, .*mosaic\.log\./,
    );
    await expectNothingLeft();
  });

  test("goes on when nobody takes its lines any more", async () => {
    const mosaic = await waitForReady();
    mosaic.closeOutput();
    await fetch(`http://127.0.0.1:${clone.port}/crash`).catch(() => undefined);
    const answers = () =>
      fetch(`http://127.0.0.1:${clone.port}/api/health`).then(
        ({ status }) => status,
        () => 0,
      );
    await expect.poll(answers, { timeout: bootMs }).toBe(200);
    mosaic.signal("SIGTERM");
    expect(await mosaic.ended).toBe(0);
    await expectNothingLeft();
  });

  test("Ctrl-C while it waits to start something again stops everything at once", async () => {
    const mosaic = await waitForReady({ env: { STAND_IN_DELAYS: "60000" } });
    await fetch(`http://127.0.0.1:${clone.port}/crash`).catch(() => undefined);
    await expect.poll(() => mosaic.output()).toContain("started again in 60 s");
    mosaic.signalGroup("SIGINT");
    expect(await mosaic.ended).toBe(0);
    await expectNothingLeft();
  });

  test("names a taken port before anything slow", async () => {
    const other = net.createServer().listen(clone.port, "127.0.0.1");
    const mosaic = startMosaic(clone);
    expect(await mosaic.ended).toBe(4);
    expect(mosaic.output()).toContain(`Port ${clone.port} is taken. Another program`);
    expect(mosaic.output()).toContain(`process ${process.pid}`);
    expect(existsSync(stateFile("postgres"))).toBe(false);
    other.close();
  });

  test("refuses to make a new key for a database whose key is gone", async () => {
    const first = await waitForReady();
    first.signal("SIGTERM");
    await first.ended;
    rmSync(stateFile("secret-key"));
    const second = startMosaic(clone);
    expect(await second.ended).toBe(2);
    expect(second.output()).toContain("is gone");
    expect(existsSync(stateFile("secret-key"))).toBe(false);
  });

  test("uses a database of yours instead of its own", async () => {
    const database = net.createServer().listen(0, "127.0.0.1");
    await once(database, "listening");
    const address = /** @type {net.AddressInfo} */ (database.address());
    const mosaic = await waitForReady({
      env: { DATABASE_URL: `postgresql://me@127.0.0.1:${address.port}/mine` },
    });
    const health = /** @type {{ databasePort: string }} */ (await (await fetch(`http://127.0.0.1:${clone.port}/api/health`)).json());
    expect(health.databasePort).toBe(String(address.port));
    expect(existsSync(stateFile("postgres"))).toBe(false);
    mosaic.signal("SIGTERM");
    await mosaic.ended;
    database.close();
  });
});

describe("a second start in the same clone", { timeout: 90_000 }, () => {
  test("says that Mosaic already runs, and where", async () => {
    const first = await waitForReady();
    const second = startMosaic(clone);
    expect(await second.ended).toBe(3);
    expect(second.output()).toContain(`already runs from this folder, at http://127.0.0.1:${clone.port} (process ${first.pid})`);
    expect((await fetch(`http://127.0.0.1:${clone.port}/api/health`)).status).toBe(200);
  });

  test("of several at once, exactly one runs", async () => {
    const all = [1, 2, 3, 4].map(() => startMosaic(clone));
    /** @type {number[]} */
    const codes = [];
    for (const mosaic of all) void mosaic.ended.then((code) => codes.push(code));
    await expect.poll(() => codes, { timeout: bootMs }).toEqual([3, 3, 3]);
    await expect
      .poll(() => all.filter((mosaic) => mosaic.output().includes("Mosaic is ready")), {
        timeout: bootMs,
      })
      .toHaveLength(1);
    expect(codes).toHaveLength(3);
  });

  test("takes over from a launcher that is gone, also when its pid lives on in another program", async () => {
    mkdirSync(stateFile(""), { recursive: true });
    writeFileSync(
      stateFile("run.json"),
      JSON.stringify({
        pid: process.pid,
        startTime: "another boot:1",
        url: "http://127.0.0.1:1",
        phase: "ready",
      }),
    );
    await waitForReady();
    expect(JSON.parse(readFileSync(stateFile("run.json"), "utf8")).url).toBe(`http://127.0.0.1:${clone.port}`);
  });
});

describe("stopping", { timeout: 90_000 }, () => {
  test("Ctrl-C in a terminal stops everything within 5 s", async () => {
    const mosaic = await waitForReady({ command: ["npm", "start"] });
    expect(processesIn(clone.root).length).toBeGreaterThan(3);
    const startedAt = Date.now();
    mosaic.signalGroup("SIGINT");
    await mosaic.ended;
    expect(Date.now() - startedAt).toBeLessThan(5_000);
    expect(mosaic.output()).toContain("Mosaic has stopped");
    await expectNothingLeft();
  });

  test("SIGTERM to npm stops everything within 5 s", async () => {
    const mosaic = await waitForReady({ command: ["npm", "start"] });
    const startedAt = Date.now();
    mosaic.signal("SIGTERM");
    await mosaic.ended;
    await expectNothingLeft();
    expect(Date.now() - startedAt).toBeLessThan(5_000);
  });

  test("an API that does not listen is ended within 5 s all the same", async () => {
    const mosaic = await waitForReady({ env: { STAND_IN: "hang" } });
    const startedAt = Date.now();
    mosaic.signalGroup("SIGINT");
    expect(await mosaic.ended).toBe(0);
    expect(Date.now() - startedAt).toBeLessThan(5_000);
    await expectNothingLeft();
  });

  test("Ctrl-C while the database is being made leaves nothing, and the next start works", async () => {
    const mosaic = startMosaic(clone);
    await expect.poll(() => existsSync(stateFile("postgres")), { timeout: bootMs, interval: 5 }).toBe(true);
    mosaic.signalGroup("SIGINT");
    expect(await mosaic.ended).toBe(0);
    await expectNothingLeft();
    await waitForReady();
  });
});

describe("after kill -9", { timeout: 90_000 }, () => {
  test("of the launcher nothing stays behind, and the next start works", async () => {
    const mosaic = await waitForReady();
    mosaic.signal("SIGKILL");
    await mosaic.ended;
    await expectNothingLeft();
    expect(existsSync(stateFile("run.json"))).toBe(true);
    await waitForReady();
  });

  test("of npm nothing stays behind", async () => {
    const mosaic = await waitForReady({ command: ["npm", "start"] });
    mosaic.signal("SIGKILL");
    await expectNothingLeft();
    await mosaic.ended;
  });

  test("of the whole process group nothing stays behind", async () => {
    const mosaic = await waitForReady({ command: ["npm", "start"] });
    mosaic.signalGroup("SIGKILL");
    await mosaic.ended;
    await expectNothingLeft();
  });

  test("a start at once after it does not trip over the database that is still stopping", async () => {
    const mosaic = await waitForReady();
    mosaic.signal("SIGKILL");
    await waitForReady();
  });

  test("of Postgres it is started again on its port, and Mosaic goes on", async () => {
    const mosaic = await waitForReady();
    const port = await databasePort();
    killPostgres();
    await expect.poll(() => mosaic.output(), { timeout: bootMs }).toContain("The embedded Postgres runs again.");
    expect(mosaic.output()).toContain("The embedded Postgres ended without being told to. It is started again in 0.05 s (1 of 3)");
    expect(await databasePort()).toBe(port);
    await expect.poll(() => accepts(port), { timeout: 10_000 }).toBe(true);
    mosaic.signal("SIGTERM");
    expect(await mosaic.ended).toBe(0);
    await expectNothingLeft();
  });

  test("of the launcher, after it had started both again, leaves nothing", async () => {
    const mosaic = await waitForReady();
    killPostgres();
    await fetch(`http://127.0.0.1:${clone.port}/crash`).catch(() => undefined);
    await expect.poll(() => mosaic.output(), { timeout: bootMs }).toContain("The embedded Postgres runs again.");
    await expect.poll(() => mosaic.output(), { timeout: bootMs }).toContain("Mosaic runs again.");
    mosaic.signal("SIGKILL");
    await mosaic.ended;
    await expectNothingLeft();
  });

  test("of both at once, whose pid another program then gets, the next start works", async () => {
    const first = await waitForReady();
    const content = readFileSync(pidFile(), "utf8");
    const postmaster = content.split("\n")[0] ?? "";
    first.signal("SIGKILL");
    await expectNothingLeft();
    const stranger = spawn("sleep", ["60"], { stdio: "ignore" });
    writeFileSync(pidFile(), content.replace(postmaster, String(stranger.pid)));
    await waitForReady();
    stranger.kill();
  });
});
