// Makes the image of Mosaic itself, with the `mosaic` command in it: `npm run image [-- TAG]`.
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { prepareStateDir, stateFiles } from "./launch/state.mjs";
import { messageOf } from "./lib/failure.mjs";
import { build, installPackages } from "./lib/prepare.mjs";
import { Progress } from "./lib/progress.mjs";
import { run } from "./lib/run-command.mjs";
import { ensureToolchain, toolchainEnv } from "./lib/toolchain.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const baseTag = "mosaic/base:node24";

/** What the server reads beside its own packages, at the places where it looks for them. */
const folders = [
  "apps/api/dist",
  "apps/web/out",
  "prisma/migrations",
  "docker/nanobot",
  "docker/openclaw",
  "docker/supervisor",
  "packages/supervisor/dist",
  "packages/supervisor/package.json",
];

/** @param {string} tag */
async function makeImage(tag) {
  const stateDir = path.join(root, ".mosaic");
  prepareStateDir(stateDir);
  const files = stateFiles(stateDir);
  const common = { root, logsDir: files.logs, progress: new Progress(), signal: undefined };
  const toolchain = await ensureToolchain({ ...common, env: process.env });
  const env = toolchainEnv(toolchain, { ...process.env, NODE_ENV: undefined });
  await installPackages({ ...common, toolchain, env });
  await build({ ...common, toolchain, env, stampFile: files.buildStamp });
  await command([toolchain.node, "scripts/images.mjs"], env);
  const scratch = mkdtempSync(path.join(tmpdir(), "mosaic-image-"));
  try {
    const context = path.join(scratch, "context");
    const deployed = path.join(scratch, "deployed");
    await common.progress.step("Collecting the server's packages", () =>
      run([toolchain.pnpm, "--filter", "@mosaic/api", "deploy", "--prod", "--legacy", deployed], {
        cwd: root,
        env: { ...env, CI: "1" },
        logFile: path.join(files.logs, "image.log"),
        signal: undefined,
        onFailure: "The packages of the server could not be collected; the end of the output is above.",
      }),
    );
    mkdirSync(path.join(context, "apps/api"), { recursive: true });
    for (const name of ["package.json", "node_modules"]) copy(path.join(deployed, name), path.join(context, "apps/api", name));
    for (const folder of folders) copy(path.join(root, folder), path.join(context, folder));
    await command(
      [
        "docker",
        "build",
        "--rm",
        "--force-rm",
        "--build-arg",
        `BASE_IMAGE=${baseTag}`,
        "--tag",
        tag,
        "--file",
        path.join(root, "docker/mosaic/Dockerfile"),
        context,
      ],
      { ...env, DOCKER_BUILDKIT: process.env["DOCKER_BUILDKIT"] ?? "0" },
    );
    console.log(`The image is ${tag}.`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The packages are links among each other, and stay so.
 *
 * @param {string} from
 * @param {string} to
 */
function copy(from, to) {
  cpSync(from, to, { recursive: true, verbatimSymlinks: true });
}

/**
 * @param {readonly string[]} words
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<void>}
 */
function command([program = "", ...words], env) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { cwd: root, env, stdio: "inherit" });
    child.once("error", reject);
    child.once("exit", (code) => (code === 0 ? resolve() : reject(new Error(`${program} ended with code ${code}`))));
  });
}

try {
  await makeImage(process.argv[2] ?? "mosaic/mosaic:latest");
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}
