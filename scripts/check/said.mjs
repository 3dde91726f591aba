// Fails on a sentence of the API that another language lacks (apps/web/messages/<language>/said.json), on one that it has and the API no longer
// says, and on one with other values. What no page shows is listed in unseen-sentences.json.
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { says } from "../../packages/contracts/dist/field-faults.js";
import { languageTags } from "../../packages/contracts/dist/language.js";
import { hasSameValues, sentencesIn } from "../lib/said.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const sources = ["apps/api/src/**/*.ts", "packages/{agent-backends,runtime,contracts,outbound,incoming}/src/**/*.ts"];
/** They speak to whoever operates Mosaic, in a terminal or a log. */
const elsewhere =
  /\.test\.ts$|\/generated\/|^apps\/api\/src\/(?:cli|main|application)|\/platform\/(?:config|logging)\/|\/database\/migrator|\/container-name|\/token-handover|\/port-pair/;
/** Its words are no sentences; a test of the web app asks for each of them. */
const fieldFaults = "packages/contracts/src/field-faults.ts";

const read = (/** @type {string} */ path) => readFileSync(join(root, path), "utf8");
const unseen = new Set(JSON.parse(read("scripts/check/unseen-sentences.json")));
const told = new Map();
let everything = read(fieldFaults);
for (const file of globSync(sources, { cwd: root }).toSorted()) {
  if (elsewhere.test(file) || file === fieldFaults) continue;
  const source = read(file);
  everything += source;
  for (const text of sentencesIn(file, source)) told.set(text, file);
}

let failures = 0;
const fail = (/** @type {string} */ line) => {
  failures += 1;
  console.log(line);
};
for (const text of unseen) if (!told.has(text)) fail(`unseen-sentences.json: nothing says ${JSON.stringify(text)}`);
for (const language of languageTags.filter((/** @type {string} */ tag) => tag !== "en")) {
  const path = `apps/web/messages/${language}/said.json`;
  /** @type {Record<string, string>} */
  const sentences = JSON.parse(read(path));
  for (const [text, file] of told) {
    if (!unseen.has(text) && !Object.hasOwn(sentences, text)) fail(`${path} lacks ${JSON.stringify(text)} of ${file}`);
  }
  for (const text of Object.values(says)) {
    if (!Object.hasOwn(sentences, text)) fail(`${path} lacks ${JSON.stringify(text)} of ${fieldFaults}`);
  }
  for (const [text, translated] of Object.entries(sentences)) {
    if (!hasSameValues(text, translated)) fail(`${path}: other values in ${JSON.stringify(text)}`);
    // A value, or one of several sentences, stands within another text.
    const isThere = told.has(text) || text.split(/\{\d+\}/).every((part) => everything.includes(part));
    if (!isThere && /[.?!]”?$/.test(text)) fail(`${path}: nothing says ${JSON.stringify(text)}`);
  }
}
console.log(`${told.size} sentences, ${unseen.size} of them for no page`);
process.exitCode = failures > 0 ? 1 : 0;
