import { writeFileSync } from 'node:fs';

/**
 * A reporter for `node --test` that writes a TestReport.
 *
 * @param {AsyncIterable<import('node:test/reporters').TestEvent>} events
 */
export default async function* nodeTestReport(events) {
  /** @type {import('./test-results.mjs').TestReport} */
  const report = { passed: 0, failed: [], skipped: [] };
  for await (const { type, data } of events) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    if (data.details?.type === 'suite' && type === 'test:pass') continue;
    const reason = data.skip ?? data.todo;
    if (reason !== undefined && reason !== false) report.skipped.push({ name: data.name, why: typeof reason === 'string' && reason !== '' ? reason : undefined });
    else if (type === 'test:pass') report.passed += 1;
    // A suite fails because a test in it did; that one is counted.
    else if (data.details?.error?.failureType !== 'subtestsFailed') report.failed.push(data.name);
  }
  const target = process.env['MOSAIC_TEST_REPORT'];
  if (target !== undefined) writeFileSync(target, JSON.stringify(report));
  yield '';
}
