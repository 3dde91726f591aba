import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { isAlive } from "../lib/processes.mjs";
import { startEmbeddedPostgres } from "./embedded-postgres.mjs";

const prefix = "mosaic-test-postgres-";

/**
 * A Postgres for one run of tests: no fsync, in the system's folder for temporary files, gone with `stop`.
 *
 * @param {{ log?: (line: string) => void, settings?: Record<string, string> }} [options]
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>} url: of a superuser, who may create databases
 */
export async function startTestPostgres(options = {}) {
  removeLeftovers();
  const folder = mkdtempSync(path.join(os.tmpdir(), `${prefix}${process.pid}-`));
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  try {
    const server = await startEmbeddedPostgres({
      ...options,
      dataDir: path.join(folder, "postgres"),
      logFile: path.join(folder, "postgres.log"),
      isThrowAway: true,
    });
    return {
      url: server.url,
      stop: async () => {
        await server.stop();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Removes what runs that were killed have left behind. */
function removeLeftovers() {
  for (const name of readdirSync(os.tmpdir())) {
    const pid = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : Number.NaN;
    if (Number.isNaN(pid) || isAlive(pid)) continue;
    try {
      rmSync(path.join(os.tmpdir(), name), { recursive: true, force: true });
    } catch {
      // Another user's.
    }
  }
}
