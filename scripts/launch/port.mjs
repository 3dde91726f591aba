import { readFileSync, readdirSync, readlinkSync } from "node:fs";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure, codeOf, exitCodes, messageOf } from "../lib/failure.mjs";
import { commandLineOf } from "../lib/processes.mjs";

const retryIntervalMs = 100;

/**
 * @returns {Promise<number>} a port of 127.0.0.1 that is free now
 */
export async function freePort() {
  const server = await listen({ host: "127.0.0.1", port: 0 });
  const address = server.address();
  await close(server);
  if (address === null || typeof address === "string") throw new Error("the listener has no port");
  return address.port;
}

/**
 * @param {{ host: string, port: number, name: string }} wanted name: the variable that sets the port
 * @param {{ patienceMs: number }} options how long a program that is about to end may take
 */
export async function requireFreePort({ host, port, name }, { patienceMs }) {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    try {
      await close(await listen({ host, port }));
      return;
    } catch (error) {
      if (codeOf(error) !== "EADDRINUSE" || Date.now() > deadline) throw portFailure({ host, port, name }, error);
    }
    await sleep(retryIntervalMs);
  }
}

/**
 * @param {{ host: string, port: number, name: string }} wanted
 * @param {unknown} error
 */
function portFailure({ host, port, name }, error) {
  const code = codeOf(error);
  const options = { exitCode: exitCodes.portTaken, cause: error };
  if (code === "EADDRINUSE") {
    const holder = holderOf(port);
    const who = holder === undefined ? "Another program" : `Another program (${holder})`;
    return new Failure(
      `Port ${port} is taken. ${who} listens there: stop it, or choose another port with ${name}, as in "${name}=${port + 10} npm start".`,
      options,
    );
  }
  if (code === "EACCES") return new Failure(`Port ${port} may only be used by root: choose one above 1023 with ${name}.`, options);
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") {
    return new Failure(`HOST is ${host}, which is not an address of this machine: use 127.0.0.1, or 0.0.0.0 for all of its addresses.`, {
      exitCode: exitCodes.badConfiguration,
      cause: error,
    });
  }
  return new Failure(`Port ${port} on ${host} can't be used: ${messageOf(error)}.`, options);
}

/**
 * Best effort: only root sees the sockets of other users' processes.
 *
 * @param {number} port
 * @returns {string | undefined} such as "node server.js, process 4711"
 */
function holderOf(port) {
  try {
    const sockets = new Set(["/proc/net/tcp", "/proc/net/tcp6"].flatMap((table) => listeningSockets(table, port)));
    if (sockets.size === 0) return undefined;
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      if (socketsOf(pid).some((socket) => sockets.has(socket))) return `${(commandLineOf(Number(pid)) ?? "").slice(0, 60)}, process ${pid}`;
    }
  } catch {
    // Not Linux.
  }
  return undefined;
}

/**
 * @param {string} table
 * @param {number} port
 * @returns {string[]}
 */
function listeningSockets(table, port) {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const rows = readFileSync(table, "utf8")
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/));
  return rows.filter((row) => row[1]?.endsWith(suffix) && row[3] === "0A").map((row) => `socket:[${row[9]}]`);
}

/**
 * @param {string} pid
 * @returns {string[]}
 */
function socketsOf(pid) {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).map((name) => {
      try {
        return readlinkSync(`${folder}/${name}`);
      } catch {
        return "";
      }
    });
  } catch {
    return [];
  }
}

/**
 * @param {{ host: string, port: number }} address
 * @returns {Promise<net.Server>}
 */
function listen(address) {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once("error", reject);
    server.listen({ ...address, exclusive: true }, () => resolve(server));
  });
}

/**
 * @param {net.Server} server
 * @returns {Promise<void>}
 */
function close(server) {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
