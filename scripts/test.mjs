import { availableParallelism } from "node:os";
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

/** What failed is tried once more where nobody looks on, as Playwright does it: the last lines tell of it. */
const again = process.env["CI"] === undefined ? [] : ["--retry=1"];
const vitest = ["pnpm", "exec", "vitest", "run", ...again, "--project"];
/** Many of these tests wait: for a database, for agents, for a time to be over. On two cores one worker, as vitest has it, leaves a quarter of them idle. */
const workers = `--maxWorkers=${Math.max(2, availableParallelism() - 1)}`;

/**
 * Nothing else can succeed without it.
 *
 * @type {import("./lib/test-steps.mjs").Step}
 */
const build = { name: "build", kind: "command", command: ["pnpm", "exec", "turbo", "run", "build", "--output-logs=errors-only"] };

/** @type {readonly import("./lib/test-steps.mjs").Step[]} */
const steps = [
  { name: "check", kind: "command", command: ["pnpm", "check"] },
  { name: "unit", kind: "vitest", command: [...vitest, "unit", workers] },
  { name: "api", kind: "vitest", command: [...vitest, "api", workers] },
  { name: "noisy", kind: "vitest", command: [...vitest, "noisy"] },
  { name: "runtime", kind: "vitest", command: [...vitest, "runtime"] },
  { name: "web", kind: "vitest", command: [...vitest, "web", workers] },
  { name: "e2e", kind: "playwright", cwd: "e2e", command: ["pnpm", "exec", "playwright", "test"], needs: ["chromium"] },
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

  const plain = { root, reportsDir: path.join(stateDir, "test-reports"), env: toolEnv, capabilities: {}, skipReasons, log, signal };
  const built = await runStep(build, plain);
  if (built.failed.length > 0) return conclude(built, log);

  const capabilities = {
    docker: await detectDocker(root, process.env),
    chromium: detectChromium(process.env),
    openclaw: await installOpenclaw({ ...common, toolchain, env: toolEnv }),
  };
  const postgres = await postgresForTests(progress);
  try {
    const told = Object.values(capabilities).map((capability) => capability.env);
    const env = Object.assign({ ...toolEnv, TEST_DATABASE_URL: postgres.url }, ...told);
    const reports = [];
    for (const step of steps) reports.push(await runStep(step, { ...plain, env, capabilities }));
    return conclude(sum(reports), log);
  } finally {
    await postgres.stop();
  }
}

/**
 * @param {Progress} progress
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>}
 */
async function postgresForTests(progress) {
  const given = process.env["TEST_DATABASE_URL"];
  if (given !== undefined && given !== "") return { url: given, stop: async () => undefined };
  return progress.step("Starting a Postgres for the tests", () => startTestPostgres());
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
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) process.on(signal, () => stopping.abort());
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
  process.exitCode = conclude({ passed: 0, flaky: [], failed: [`npm test: ${message}`], skipped: [] }, (line) => progress.line(line));
}
