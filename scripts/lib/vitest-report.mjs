import { writeFileSync } from "node:fs";
import path from "node:path";
import { messageOf } from "./failure.mjs";
import { withCause } from "./test-results.mjs";

/**
 * A vitest reporter that writes a TestReport. Vitest's own JSON leaves out why a test was skipped, and
 * errors outside of tests.
 */
export default class VitestReport {
  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly unknown[]} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    /** @type {import('./test-results.mjs').TestReport} */
    const report = { passed: 0, flaky: [], failed: [], skipped: [] };
    for (const module of modules) {
      const file = path.relative(process.cwd(), module.moduleId);
      let failedHere = 0;
      for (const test of module.children.allTests()) {
        const result = test.result();
        const name = `${file}: ${test.fullName}`;
        if (test.diagnostic()?.flaky === true) report.flaky.push(name);
        if (result.state === "passed") report.passed += 1;
        else if (result.state === "skipped") report.skipped.push({ name, why: result.note });
        else failedHere += report.failed.push(withCause(name, result.errors?.[0]?.message));
      }
      // A file that could not be loaded, or a hook that failed, has no failed test to show for it.
      if (!module.ok() && failedHere === 0) report.failed.push(withCause(file, module.errors()[0]?.message));
    }
    if (unhandledErrors.length > 0) {
      report.failed.push(withCause(`${unhandledErrors.length} error(s) outside of tests`, messageOf(unhandledErrors[0])));
    }
    const target = process.env["MOSAIC_TEST_REPORT"];
    if (target !== undefined) writeFileSync(target, JSON.stringify(report));
  }
}
