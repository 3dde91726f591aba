import { stripVTControlCharacters } from "node:util";

/**
 * What a run of tests came to, whoever ran it.
 *
 * @typedef {object} TestReport
 * @property {number} passed
 * @property {string[]} flaky names of those that passed at a second try
 * @property {string[]} failed names, each with what went wrong where that is known
 * @property {{ name: string, why?: string | undefined }[]} skipped
 */

/**
 * @param {string} text of Playwright's JSON reporter
 * @returns {TestReport}
 */
export function fromPlaywright(text) {
  /** @type {TestReport} */
  const report = { passed: 0, flaky: [], failed: [], skipped: [] };
  const json = JSON.parse(text);
  for (const suite of json.suites ?? []) collectSuite(suite, [], report);
  for (const error of json.errors ?? []) report.failed.push(String(error.message ?? "an error outside of tests").split("\n")[0] ?? "");
  return report;
}

/**
 * @param {any} suite
 * @param {readonly string[]} titles
 * @param {TestReport} report
 */
function collectSuite(suite, titles, report) {
  const here = [...titles, suite.title].filter(Boolean);
  for (const child of suite.suites ?? []) collectSuite(child, here, report);
  for (const spec of suite.specs ?? []) {
    for (const test of spec.tests ?? []) {
      const name = [...here, spec.title, test.projectName].filter(Boolean).join(" > ");
      if (test.status === "flaky") report.flaky.push(name);
      // `expected` holds for a test that is meant to fail and does; `flaky` passed at a retry.
      if (test.status === "expected" || test.status === "flaky") report.passed += 1;
      else if (test.status === "skipped") report.skipped.push({ name, why: skipReason(test) });
      else report.failed.push(withCause(name, (test.results ?? []).at(-1)?.error?.message));
    }
  }
}

const causeMaxCharacters = 500;

/**
 * @param {string} name
 * @param {string | undefined} message of an error: several lines, perhaps coloured
 * @returns {string} one line
 */
export function withCause(name, message) {
  const cause = stripVTControlCharacters(message ?? "")
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean)
    .join(" | ");
  return cause === "" ? name : `${name}: ${cause.slice(0, causeMaxCharacters)}`;
}

/**
 * @param {any} test
 * @returns {string | undefined}
 */
function skipReason(test) {
  const annotations = [
    ...(test.annotations ?? []),
    ...(test.results ?? []).flatMap((/** @type {any} */ result) => result.annotations ?? []),
  ];
  return annotations.find((annotation) => (annotation.type === "skip" || annotation.type === "fixme") && annotation.description)
    ?.description;
}

/**
 * @param {string} text
 * @returns {TestReport}
 */
export function fromReportFile(text) {
  const { passed, flaky, failed, skipped } = JSON.parse(text);
  return { passed, flaky, failed, skipped };
}

/**
 * A run that ended badly without a failed test (a crash, a reporter that wrote nothing) still failed.
 *
 * @param {TestReport | undefined} report
 * @param {number} exitCode
 * @param {string} stepName
 * @returns {TestReport}
 */
export function withExitCode(report, exitCode, stepName) {
  if (report === undefined) {
    return {
      passed: 0,
      flaky: [],
      failed: [`${stepName}: ended with code ${exitCode} and without a report`],
      skipped: [],
    };
  }
  if (exitCode === 0 || report.failed.length > 0) return report;
  return { ...report, failed: [`${stepName}: ended with code ${exitCode} though no test failed`] };
}

/**
 * @param {readonly TestReport[]} reports
 * @returns {TestReport}
 */
export function sum(reports) {
  return {
    passed: reports.reduce((total, report) => total + report.passed, 0),
    flaky: reports.flatMap((report) => report.flaky),
    failed: reports.flatMap((report) => report.failed),
    skipped: reports.flatMap((report) => report.skipped),
  };
}

/**
 * @param {TestReport} total
 * @param {{ requiresAll: boolean }} options
 * @returns {{ exitCode: number, lines: string[] }} the last of the lines is the tally
 */
export function verdict(total, { requiresAll }) {
  const lines = total.skipped.map(({ name, why }) => `SKIPPED: ${name}: ${why ?? "the test gives no reason"}`);
  lines.push(...total.flaky.map((name) => `FLAKY: ${name}: it failed, and passed when it was tried again`));
  lines.push(...total.failed.map((name) => `FAILED: ${name}`));
  const hasRun = total.passed + total.failed.length > 0;
  if (!hasRun) lines.push("FAILED: no test was run");
  const mustNotSkip = requiresAll && total.skipped.length > 0;
  if (mustNotSkip) lines.push("FAILED: with MOSAIC_REQUIRE_ALL=1 nothing may be skipped");
  lines.push(`Tests: ${total.passed} passed, ${total.failed.length} failed, ${total.skipped.length} skipped`);
  return { exitCode: total.failed.length > 0 || !hasRun || mustNotSkip ? 1 : 0, lines };
}
