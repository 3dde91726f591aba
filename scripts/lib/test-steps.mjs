import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { exitCodeOf } from "./run-command.mjs";
import { seconds } from "./progress.mjs";
import { fromPlaywright, fromReportFile, withExitCode } from "./test-results.mjs";

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {'command' | 'vitest' | 'playwright'} kind command: one that passes or fails as a whole and is no test
 * @property {readonly string[]} command
 * @property {string} [cwd] within the clone
 * @property {readonly string[]} [needs] names of capabilities; a step that lacks one is skipped as a whole
 */

/**
 * @typedef {object} StepContext
 * @property {string} root
 * @property {string} reportsDir
 * @property {NodeJS.ProcessEnv} env
 * @property {Record<string, import('./capabilities.mjs').Capability>} capabilities
 * @property {readonly { pattern: RegExp, capability: string }[]} skipReasons
 * @property {(line: string) => void} log
 * @property {AbortSignal | undefined} [signal]
 */

/**
 * @param {Step} step
 * @param {StepContext} context
 * @returns {Promise<import('./test-results.mjs').TestReport>}
 */
export async function runStep(step, context) {
  const lacking = (step.needs ?? [])
    .map((name) => context.capabilities[name])
    .find((capability) => capability !== undefined && !capability.isThere);
  if (lacking !== undefined) return { passed: 0, flaky: [], failed: [], skipped: [{ name: step.name, why: lacking.why }] };
  const startedAt = Date.now();
  context.log(`\n=== ${step.name}`);
  mkdirSync(context.reportsDir, { recursive: true });
  const reportFile = path.join(context.reportsDir, `${step.name}.json`);
  rmSync(reportFile, { force: true });
  const exitCode = await exitCodeOf([...step.command, ...reporterArgs(step.kind, context.root)], {
    cwd: path.join(context.root, step.cwd ?? "."),
    env: {
      ...context.env,
      MOSAIC_TEST_REPORT: reportFile,
      PLAYWRIGHT_JSON_OUTPUT_FILE: reportFile,
    },
    signal: context.signal,
  });
  context.log(`=== ${step.name}: ${exitCode === 0 ? "passed" : `FAILED with code ${exitCode}`} in ${seconds(startedAt)}`);
  if (step.kind === "command") return { passed: 0, flaky: [], failed: exitCode === 0 ? [] : [step.name], skipped: [] };
  return withReasons(withExitCode(readReport(step.kind, reportFile), exitCode, step.name), context);
}

/**
 * @param {Step['kind']} kind
 * @param {string} root
 * @returns {string[]}
 */
function reporterArgs(kind, root) {
  if (kind === "vitest") return ["--reporter=default", `--reporter=${path.join(root, "scripts/lib/vitest-report.mjs")}`];
  if (kind === "playwright") return ["--reporter=list,json"];
  return [];
}

/**
 * @param {Step['kind']} kind
 * @param {string} file
 * @returns {import('./test-results.mjs').TestReport | undefined}
 */
function readReport(kind, file) {
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, "utf8");
  return kind === "playwright" ? fromPlaywright(text) : fromReportFile(text);
}

/**
 * A test that a missing capability switches off can't always say so itself.
 *
 * @param {import('./test-results.mjs').TestReport} report
 * @param {Pick<StepContext, 'capabilities' | 'skipReasons'>} context
 * @returns {import('./test-results.mjs').TestReport}
 */
export function withReasons(report, { capabilities, skipReasons }) {
  const reasonFor = (/** @type {string} */ name) =>
    skipReasons
      .filter(({ pattern }) => pattern.test(name))
      .map(({ capability }) => capabilities[capability])
      .find((capability) => capability !== undefined && !capability.isThere)?.why;
  return {
    ...report,
    skipped: report.skipped.map(({ name, why }) => ({ name, why: why ?? reasonFor(name) })),
  };
}
