import path from "node:path";
import { openclawVersion } from "./capabilities.mjs";
import { Failure } from "./failure.mjs";
import { run } from "./run-command.mjs";

/**
 * OpenClaw for the tests of the process runtime, where Mosaic itself would install it at first use.
 *
 * @param {{ root: string, env: NodeJS.ProcessEnv, logsDir: string, toolchain: import("./toolchain.mjs").Toolchain, progress: import("./progress.mjs").Progress, signal?: AbortSignal | undefined }} options
 * @returns {Promise<import("./capabilities.mjs").Capability>}
 */
export async function installOpenclaw({ root, env, logsDir, toolchain, progress, signal }) {
  const version = openclawVersion(root);
  const given = env["MOSAIC_OPENCLAW_DIR"];
  const target = given === undefined || given === "" ? path.join(root, `.mosaic/openclaw-${version}`) : given;
  const there = { isThere: true, why: "", env: { MOSAIC_OPENCLAW_DIR: target } };
  if (target === given) return there;
  const install = () =>
    run([toolchain.node, path.join(root, "scripts/install-openclaw.mjs"), target], {
      cwd: root,
      env,
      logFile: path.join(logsDir, "openclaw.log"),
      signal,
      onFailure: `OpenClaw ${version} could not be installed from npm.`,
    });
  try {
    await progress.step(`Installing OpenClaw ${version}`, install, { quietBelowMs: 1_000 });
    return there;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    progress.line(error.details);
    return { isThere: false, why: error.message, env: {} };
  }
}
