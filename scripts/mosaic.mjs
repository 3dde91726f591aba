// The `mosaic` command in a clone: finds the same database, key and folders as `npm start`, then runs the API's own command.
//   npm run mosaic -- doctor
import { spawn } from "node:child_process";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { startEmbeddedPostgres } from "./launch/embedded-postgres.mjs";
import { readSettings, withDotEnv } from "./launch/settings.mjs";
import { ensureSecretKey, prepareStateDir, stateFiles } from "./launch/state.mjs";
import { messageOf } from "./lib/failure.mjs";
import { build, installPackages } from "./lib/prepare.mjs";
import { Progress } from "./lib/progress.mjs";
import { ensureToolchain, toolchainEnv } from "./lib/toolchain.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

/**
 * @param {string[]} words
 * @returns {Promise<number>} the exit code
 */
async function run(words) {
  const env = withDotEnv(root, process.env);
  const settings = readSettings(root, env);
  const files = stateFiles(settings.stateDir);
  prepareStateDir(settings.stateDir);
  const usesEmbeddedPostgres = settings.databaseUrl === undefined;
  const { secretKey, file: keyFile } = ensureSecretKey({ ...settings, usesEmbeddedPostgres });
  const toolchain = await prepare(env, files);
  // A server that `npm start` has running is used, and goes on afterwards.
  const postgres = usesEmbeddedPostgres
    ? await startEmbeddedPostgres({ dataDir: files.postgres, logFile: files.postgresLog, ifRunning: "attach" })
    : undefined;
  try {
    const rotation = words[0] === "rotate-key" && settings.secretKey === undefined ? prepareRotation(words, keyFile) : undefined;
    const code = await runApiCommand(toolchain.node, rotation?.words ?? words, {
      ...toolchainEnv(toolchain, env),
      DATABASE_URL: settings.databaseUrl ?? postgres?.url,
      MOSAIC_SECRET_KEY: secretKey,
      MOSAIC_STATE_DIR: settings.stateDir,
    });
    if (code === 0) rotation?.finish();
    return code;
  } finally {
    if (postgres?.isAttached === false) await postgres.stop();
  }
}

/**
 * The clone's own key file: a new key is made beside it, and takes its place when everything is sealed with it. Cut off, the next run goes on
 * with the same new key.
 *
 * @param {string[]} words
 * @param {string} keyFile
 */
function prepareRotation(words, keyFile) {
  const next = `${keyFile}.next`;
  if (words.includes("--new-key-file")) return { words, finish: () => undefined };
  if (!existsSync(next)) {
    writeFileSync(next, `${Buffer.from(crypto.getRandomValues(new Uint8Array(48))).toString("base64")}\n`, { mode: 0o600 });
  }
  return {
    words: [...words, "--new-key-file", next],
    finish: () => {
      writeFileSync(`${keyFile}.former`, readFileSync(keyFile), { mode: 0o600 });
      renameSync(next, keyFile);
      console.log(
        `${keyFile} holds the new key now; the former one is ${keyFile}.former. Delete that once you have backed the new one up.`,
      );
    },
  };
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {ReturnType<typeof stateFiles>} files
 */
async function prepare(env, files) {
  const common = { root, logsDir: files.logs, progress: new Progress(), signal: new AbortController().signal };
  const toolchain = await ensureToolchain({ ...common, env });
  // Each does nothing unless something has changed since: after a pull, an old command would meet a new database.
  const steps = { ...common, toolchain, env: toolchainEnv(toolchain, { ...env, NODE_ENV: undefined }) };
  await installPackages(steps);
  await build({ ...steps, stampFile: files.buildStamp });
  return toolchain;
}

/**
 * @param {string} node
 * @param {string[]} words
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>}
 */
function runApiCommand(node, words, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, [path.join(root, "apps/api/dist/cli.js"), ...words], { stdio: "inherit", env });
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}
