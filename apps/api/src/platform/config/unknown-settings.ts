/** Read by the programs around the server (the launcher, the agents' software, the tests), which share its environment. */
const ofOthers = new Set([
  "MOSAIC_OPENCLAW_DIR",
  "MOSAIC_EXIT_WITH_PARENT",
  "MOSAIC_AGENT_PORT",
  "MOSAIC_AGENT_STATE_DIR",
  "MOSAIC_AGENT_RUN_DIR",
  "MOSAIC_AGENT_SOFTWARE_DIR",
  "MOSAIC_CONFIG_URL",
  "MOSAIC_REQUIRE_ALL",
  "MOSAIC_CHROMIUM",
]);
const ofTests = /^MOSAIC_TEST_/;
/** What Kubernetes and Docker's links put into every container beside a service of the name "mosaic…". */
const ofServiceLinks = /^MOSAIC_([A-Z0-9]+_)*(SERVICE_(HOST|PORT)(_[A-Z0-9_]+)?|PORT(_\d+_(TCP|UDP)(_[A-Z]+)?))$/;
const isLink = (value: string | undefined): boolean => /^(tcp|udp):\/\//.test(value ?? "");

/** Settings that nobody reads: a misspelt one would be a setting that silently does nothing. Their values are not told. */
export function unknownSettings(source: Readonly<Record<string, string | undefined>>, known: readonly string[]): string[] {
  return Object.keys(source)
    .filter((name) => name.startsWith("MOSAIC_") && !known.includes(name))
    .filter((name) => !ofOthers.has(name) && !ofTests.test(name) && !ofServiceLinks.test(name) && !isLink(source[name]))
    .map((name) => {
      const meant = known.find((candidate) => candidate.startsWith("MOSAIC_") && distance(candidate, name) <= 3);
      return meant === undefined ? `${name} is no setting of Mosaic: take it out.` : `${name} is no setting of Mosaic. Is ${meant} meant?`;
    });
}

/** Levenshtein's. */
function distance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (const [index, letter] of left.split("").entries()) {
    const next = [index + 1];
    for (const [column, other] of right.split("").entries()) {
      next.push(Math.min((row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1, (row[column] ?? 0) + (letter === other ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
