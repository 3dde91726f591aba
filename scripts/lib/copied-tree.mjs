// A copy of the source in which a test may try out what a newcomer would do: for tests only.
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const execute = promisify(execFile);
const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
/** What is built from the source, and what other programs keep there. */
const left = new Set([".next", "out", ".turbo", "generated.tsbuildinfo", "test-results"]);

/** The packages and the apps, with what is installed for them; `remove` deletes it. */
export class CopiedTree {
  #folder = mkdtempSync(join(tmpdir(), "mosaic-tree-"));

  constructor() {
    for (const folder of ["packages", "apps"]) {
      cpSync(join(root, folder), join(this.#folder, folder), {
        recursive: true,
        verbatimSymlinks: true,
        filter: (source) => !left.has(basename(source)) && !/node_modules\/\.vite/.test(source),
      });
    }
    for (const name of readdirSync(root).filter((each) => each === "node_modules" || /^(tsconfig.*|package)\.json$/.test(each))) {
      symlinkSync(join(root, name), join(this.#folder, name));
    }
  }

  /**
   * Rewrites one file.
   *
   * @param {string} file
   * @param {(text: string) => string} change
   */
  edit(file, change) {
    const path = join(this.#folder, file);
    const before = readFileSync(path, "utf8");
    const after = change(before);
    if (after === before) throw new Error(`there is nothing to change in ${file}`);
    writeFileSync(path, after);
  }

  /**
   * Makes a file that is not there yet.
   *
   * @param {string} file
   * @param {string} text
   */
  add(file, text) {
    const path = join(this.#folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { flag: "wx" });
  }

  /**
   * The files in which the compiler finds faults. A package is built, with its faults, since others read what is built.
   *
   * @param {readonly string[]} projects folders, each after those that it uses
   * @returns {Promise<string[]>}
   */
  async faultyFiles(projects) {
    /** @type {Set<string>} */
    const faulty = new Set();
    for (const project of projects) {
      const build = `${project}/tsconfig.build.json`;
      const args = ["-p", existsSync(join(root, build)) ? build : project, "--incremental", "false"];
      if (!project.startsWith("packages/")) args.push("--noEmit");
      for (const [, file = ""] of (await this.#compile(args)).matchAll(/^([^\s(]+)\(\d+,\d+\): error/gm)) faulty.add(file);
    }
    return [...faulty].toSorted((a, b) => (a < b ? -1 : 1));
  }

  remove() {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /**
   * @param {readonly string[]} args
   * @returns {Promise<string>} what the compiler says
   */
  async #compile(args) {
    try {
      return (await execute(join(root, "node_modules/.bin/tsc"), [...args, "--pretty", "false"], { cwd: this.#folder, maxBuffer: 1e8 }))
        .stdout;
    } catch (error) {
      const { stdout } = /** @type {{ stdout?: string }} */ (error);
      if (stdout === undefined || !stdout.includes("error TS")) throw error;
      return stdout;
    }
  }
}

/**
 * Gives each table the row of `known` once more, for `added`.
 *
 * @param {string} text source that holds objects with the key `known`
 * @param {string} known a word of letters and dashes
 * @param {string} added
 * @returns {string}
 */
export function withRowLike(text, known, added) {
  const lines = text.split("\n");
  const isRow = (/** @type {string} */ line) => line.trimStart().startsWith(`${known}: `) || line.trimStart().startsWith(`"${known}": `);
  const index = lines.findIndex(isRow);
  if (index === -1) return text;
  const start = lines.slice(0, index).join("\n").length + 1;
  let depth = 0;
  let isInText = false;
  let end = text.indexOf(":", start);
  for (; end < text.length; end += 1) {
    const character = text[end] ?? "";
    if (character === '"' && text[end - 1] !== "\\") isInText = !isInText;
    if (isInText) continue;
    if ("{[(".includes(character)) depth += 1;
    if ("}])".includes(character)) depth -= 1;
    if (character === "," && depth === 0) break;
  }
  const value = text.slice(text.indexOf(":", start), end + 1);
  return `${text.slice(0, end + 1)}\n"${added}"${value}${withRowLike(text.slice(end + 1), known, added)}`;
}
