import path from "node:path";
import { fileURLToPath } from "node:url";
import { startTestPostgres } from "./launch/test-postgres.mjs";
import { prepareStateDir } from "./launch/state.mjs";
import { detectChromium, detectDocker } from "./lib/capabilities.mjs";
import { Failure, Stopped } from "./lib/failure.mjs";
import { installOpenclaw } from "./lib/openclaw.mjs";
import { installPackages } from "./lib/prepare.mjs";
import { Progress, seconds } from "./lib/progress.mjs";
import { sum, verdict } from "./lib/test-results.mjs";
import { runStep } from "./lib/test-steps.mjs";
import { ensureToolchain, toolchainEnv } from "./lib/toolchain.mjs";

/** @type {readonly import('./lib/test-steps.mjs').Step[]} */
const steps = [
  {
    name: "build",
    kind: "command",
    command: ["pnpm", "exec", "turbo", "run", "build", "--output-logs=errors-only"],
    isFatal: true,
  },
  { name: "check", kind: "command", command: ["pnpm", "check"] },
  { name: "unit", kind: "vitest", command: ["pnpm", "exec", "vitest", "run", "--project", "unit"] },
  { name: "api", kind: "vitest", command: ["pnpm", "exec", "vitest", "run", "--project", "api"] },
  {
    name: "runtime",
    kind: "vitest",
    command: ["pnpm", "exec", "vitest", "run", "--project", "runtime"],
  },
  { name: "web", kind: "vitest", command: ["pnpm", "exec", "vitest", "run", "--project", "web"] },
  {
    name: "e2e",
    kind: "playwright",
    cwd: "e2e",
    command: ["pnpm", "exec", "playwright", "test"],
    needs: ["chromium"],
  },
];

/** Why a test that gives no reason was skipped, told by its name. */
const skipReasons = [
  { pattern: /docker/i, capability: "docker" },
  { pattern: /openclaw|process/i, capability: "openclaw" },
];

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

/**
 * @param {Progress} progress
 * @param {AbortSignal} signal
 * @returns {Promise<number>} the exit code
 */
async function testEverything(progress, signal) {
  const stateDir = path.join(root, ".mosaic");
  prepareStateDir(stateDir);
  const log = (/** @type {string} */ line) => progress.line(line);
  const common = { root, logsDir: path.join(stateDir, "logs"), progress, signal };
  const toolchain = await ensureToolchain({ ...common, env: process.env });
  const toolEnv = { ...toolchainEnv(toolchain, process.env), NODE_ENV: undefined };
  await installPackages({ ...common, toolchain, env: toolEnv });

  const capabilities = {
    docker: await detectDocker(root, process.env),
    chromium: detectChromium(process.env),
    openclaw: await installOpenclaw({ ...common, toolchain, env: toolEnv }),
  };
  const given = process.env["TEST_DATABASE_URL"];
  const postgres = given
    ? { url: given, stop: async () => undefined }
    : await progress.step("Starting a Postgres for the tests", () => startTestPostgres());
  try {
    const env = Object.assign(
      { ...toolEnv, TEST_DATABASE_URL: postgres.url },
      ...Object.values(capabilities).map((capability) => capability.env),
    );
    const context = {
      root,
      reportsDir: path.join(stateDir, "test-reports"),
      env,
      capabilities,
      skipReasons,
      log,
      signal,
    };
    const reports = [];
    for (const step of steps) {
      const report = await runStep(step, context);
      reports.push(report);
      if (step.isFatal && report.failed.length > 0) break;
    }
    return conclude(sum(reports), log);
  } finally {
    await postgres.stop();
  }
}

/**
 * @param {import('./lib/test-results.mjs').TestReport} total
 * @param {(line: string) => void} log
 * @returns {number} the exit code
 */
function conclude(total, log) {
  const { exitCode, lines } = verdict(total, {
    requiresAll: process.env["MOSAIC_REQUIRE_ALL"] === "1",
  });
  log("");
  for (const line of lines) log(line);
  return exitCode;
}

const progress = new Progress();
const stopping = new AbortController();
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]))
  process.on(signal, () => stopping.abort());
const startedAt = Date.now();
try {
  process.exitCode = await testEverything(progress, stopping.signal);
} catch (error) {
  if (error instanceof Failure && error.details !== "") progress.line(error.details);
  const message =
    error instanceof Stopped
      ? `stopped after ${seconds(startedAt)}`
      : error instanceof Failure
        ? error.message
        : error instanceof Error
          ? error.stack
          : String(error);
  process.exitCode = conclude(
    { passed: 0, failed: [`npm test: ${message}`], skipped: [] },
    (line) => progress.line(line),
  );
}
