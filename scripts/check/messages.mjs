// Fails on words in the web app that stand outside the message catalogue (docs/words.md), on a message that nothing shows, and on an argument that
// one language leaves out. That a language lacks a message, or has one too many, does not compile.
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { languageTags } from "../../packages/contracts/dist/language.js";
import { messagesIn, messagesUsed, wordsOutside } from "../lib/messages.mjs";
import { sourceFiles } from "./linear-patterns.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const web = "apps/web/";
/**
 * Their words are still in the code. A folder whose words are all in the catalogue is struck off, and none is added.
 *
 * @type {readonly string[]}
 */
const notMovedYet = [];

/** @type {string[]} */
const faults = [];
const read = (/** @type {string} */ file) => readFileSync(join(root, file), "utf8");
const files = sourceFiles().filter((file) => file.startsWith(web) && /^apps\/web\/(?:app|components|features|lib)\//.test(file));

const leftIn = new Map(notMovedYet.map((folder) => [folder, 0]));
for (const file of files) {
  const folder = notMovedYet.find((one) => file.startsWith(`${web}${one}/`));
  const found = wordsOutside(file, read(file));
  if (folder === undefined) faults.push(...found.map(({ line, text }) => `${file}:${line} ${text}`));
  else leftIn.set(folder, (leftIn.get(folder) ?? 0) + found.length);
}
for (const [folder, count] of leftIn) {
  if (count === 0) faults.push(`${folder} has all of its words in the catalogue: strike it off the list in scripts/check/messages.mjs`);
}

const catalogue = (/** @type {string} */ language) => {
  const folder = `${web}messages/${language}`;
  const areas = readdirSync(join(root, folder)).filter((name) => /\.tsx?$/.test(name));
  return new Map(areas.map((name) => [name.replace(/\.tsx?$/, ""), messagesIn(name, read(`${folder}/${name}`))]));
};
/** A table that one language has from elsewhere, and another one writes out. */
const wholeTable = (/** @type {ReadonlyMap<string, unknown> | undefined} */ messages, /** @type {string} */ message) =>
  [...(messages?.keys() ?? [])].some((path) => path.startsWith(`${message}.`)) ? { parameters: 0, unused: [] } : undefined;
const [first, ...others] = languageTags.map((language) => ({ language, areas: catalogue(language) }));
const used = files.flatMap((file) => messagesUsed(file, read(file)));
for (const [area, messages] of first?.areas ?? []) {
  const paths = used.filter((one) => one.area === area).map(({ path }) => path);
  for (const [message, { parameters, unused }] of messages) {
    const isUsed = paths.some((path) => path === message || path.startsWith(`${message}.`) || message.startsWith(`${path}.`));
    if (!isUsed) faults.push(`${area}: nothing shows ${message}`);
    if (unused.length > 0) faults.push(`${area}: ${message} leaves out ${unused.join(", ")}`);
    for (const { language, areas } of others) {
      const other = areas.get(area)?.get(message) ?? wholeTable(areas.get(area), message);
      if (other === undefined) faults.push(`${area}: ${message} is missing in ${language}`);
      else if (other.parameters < parameters || other.unused.length > 0) {
        faults.push(`${area}: ${message} leaves out an argument in ${language}`);
      }
    }
  }
}

for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;
else console.log(`${files.length} files; words are still in the code of ${notMovedYet.length} folders`);
