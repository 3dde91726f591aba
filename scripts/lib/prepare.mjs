import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { buildFingerprint, installFingerprint } from "./fingerprint.mjs";
import { run } from "./run-command.mjs";

/**
 * @typedef {object} PrepareOptions
 * @property {string} root
 * @property {string} logsDir
 * @property {import('./toolchain.mjs').Toolchain} toolchain
 * @property {NodeJS.ProcessEnv} env the toolchain's environment
 * @property {import('./progress.mjs').Progress} progress
 * @property {AbortSignal | undefined} [signal]
 */

/** What has to be there for Mosaic to start; when one is gone, the build is run whatever the stamp says. */
const buildOutputs = ["apps/api/dist/main.js", "apps/web/out/index.html"];

/**
 * Installs the packages unless the last installation was of the very same manifests.
 *
 * @param {PrepareOptions} options
 */
export async function installPackages(options) {
  // Inside node_modules, so that it goes when that goes.
  const stampFile = path.join(options.root, "node_modules/.mosaic-install");
  const fingerprint = installFingerprint(options.root);
  if (readIfThere(stampFile) === fingerprint) return;
  rmSync(stampFile, { force: true });
  await options.progress.step("Installing packages", () =>
    run([options.toolchain.pnpm, "install", "--frozen-lockfile"], {
      cwd: options.root,
      env: { ...options.env, CI: "1" },
      logFile: path.join(options.logsDir, "install.log"),
      signal: options.signal,
      onFailure:
        "The packages could not be installed: check that this machine reaches its package registry and has disk space left, then run the command again.",
    }),
  );
  writeFileSync(stampFile, fingerprint);
}

/**
 * Builds everything unless no source has changed since the last build that succeeded.
 *
 * @param {PrepareOptions & { stampFile: string }} options
 */
export async function build(options) {
  // Taken before the build: what is edited meanwhile makes the next start build again.
  const fingerprint = buildFingerprint(options.root);
  const isThere = buildOutputs.every((file) => existsSync(path.join(options.root, file)));
  if (isThere && readIfThere(options.stampFile) === fingerprint) return;
  rmSync(options.stampFile, { force: true });
  await options.progress.step("Building", () =>
    run([...turboCommand(options), "run", "build", "--output-logs=new-only", "--ui=stream"], {
      cwd: options.root,
      env: options.env,
      logFile: path.join(options.logsDir, "build.log"),
      signal: options.signal,
      onFailure: "The build failed; the end of its output is above.",
    }),
  );
  mkdirSync(path.dirname(options.stampFile), { recursive: true });
  writeFileSync(options.stampFile, fingerprint);
}

/**
 * Builds one package and what it is made with.
 *
 * @param {PrepareOptions} options
 * @param {string} name
 */
export async function buildPackage(options, name) {
  await options.progress.step(`Building ${name}`, () =>
    run([...turboCommand(options), "run", "build", `--filter=${name}`, "--output-logs=new-only", "--ui=stream"], {
      cwd: options.root,
      env: options.env,
      logFile: path.join(options.logsDir, "build.log"),
      signal: options.signal,
      onFailure: "The build failed; the end of its output is above.",
    }),
  );
}

/**
 * turbo's own program rather than its script: the script would die alone on a signal and leave the
 * program, and with it the compilers, running.
 *
 * @param {{ root: string, toolchain: import('./toolchain.mjs').Toolchain }} options
 * @returns {string[]}
 */
function turboCommand({ root, toolchain }) {
  try {
    const require = createRequire(createRequire(path.join(root, "package.json")).resolve("turbo/package.json"));
    const name = `@turbo/${process.platform === "win32" ? "windows" : process.platform}-${process.arch === "x64" ? "64" : process.arch}`;
    return [path.join(path.dirname(require.resolve(`${name}/package.json`)), "bin/turbo")];
  } catch {
    return [toolchain.pnpm, "exec", "turbo"];
  }
}

/**
 * @param {string} file
 * @returns {string | undefined}
 */
function readIfThere(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
