import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Failure, codeOf, exitCodes, messageOf } from "../lib/failure.mjs";

const keptLogs = 3;

/**
 * @param {string} stateDir
 */
export function stateFiles(stateDir) {
  return {
    secretKey: path.join(stateDir, "secret-key"),
    runFile: path.join(stateDir, "run.json"),
    buildStamp: path.join(stateDir, "build-stamp"),
    logs: path.join(stateDir, "logs"),
    postgresLog: path.join(stateDir, "logs/postgres.log"),
    postgres: path.join(stateDir, "postgres"),
    postgresData: path.join(stateDir, "postgres/data"),
  };
}

/**
 * @param {string} stateDir
 */
export function prepareStateDir(stateDir) {
  try {
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    if ((statSync(stateDir).mode & 0o077) !== 0) chmodSync(stateDir, 0o700);
    mkdirSync(stateFiles(stateDir).logs, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new Failure(
      `The state folder ${stateDir} can't be written: ${messageOf(error)}. Give it to the user who starts Mosaic, or set MOSAIC_STATE_DIR to another folder.`,
      {
        exitCode: exitCodes.badConfiguration,
        cause: error,
      },
    );
  }
}

/**
 * The key of MOSAIC_SECRET_KEY, else the one in the state folder, which is made once. A database without
 * its key is refused: another key could read none of its secrets.
 *
 * @param {{ stateDir: string, secretKey: string | undefined, usesEmbeddedPostgres: boolean }} options
 * @returns {{ secretKey: string, isNew: boolean, file: string | undefined }} file: where it is kept, unless the environment holds it
 */
export function ensureSecretKey({ stateDir, secretKey, usesEmbeddedPostgres }) {
  if (secretKey !== undefined) return { secretKey, isNew: false, file: undefined };
  const files = stateFiles(stateDir);
  const stored = readIfThere(files.secretKey);
  if (stored !== undefined) {
    if ((statSync(files.secretKey).mode & 0o077) !== 0) chmodSync(files.secretKey, 0o600);
    return { secretKey: stored.trim(), isNew: false, file: files.secretKey };
  }
  if (usesEmbeddedPostgres && existsSync(files.postgresData)) {
    throw new Failure(
      `The database in ${files.postgres} exists, but its secret key ${files.secretKey} is gone, and no other key can decrypt what is in it. Put the key back from your backup (or set MOSAIC_SECRET_KEY), or move ${files.postgres} away to begin anew.`,
      { exitCode: exitCodes.badConfiguration },
    );
  }
  const made = randomBytes(32).toString("base64url");
  writeOnce(files.secretKey, `${made}\n`);
  return {
    secretKey: readFileSync(files.secretKey, "utf8").trim(),
    isNew: true,
    file: files.secretKey,
  };
}

/**
 * Begins a new log and keeps the last few.
 *
 * @param {string} file
 */
export function rotateLog(file) {
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) === 0) return;
  for (let number = keptLogs - 1; number >= 1; number -= 1) {
    if (existsSync(`${file}.${number}`)) renameSync(`${file}.${number}`, `${file}.${number + 1}`);
  }
  renameSync(file, `${file}.1`);
}

/**
 * Puts a complete file in place, and never over another one.
 *
 * @param {string} file
 * @param {string} content
 * @returns {boolean} false when there is one already
 */
export function writeOnce(file, content) {
  const draft = `${file}.${process.pid}.${randomBytes(4).toString("hex")}`;
  writeFileSync(draft, content, { mode: 0o600, flush: true });
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * @param {string} file
 * @returns {string | undefined}
 */
function readIfThere(file) {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw new Failure(`${file} can't be read: ${messageOf(error)}. Start Mosaic as the user who owns it.`, {
      exitCode: exitCodes.badConfiguration,
      cause: error,
    });
  }
}
