import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync } from "node:fs";
import path from "node:path";

/** What builds, tests and tools write beside the sources. */
const ignoredNames = new Set([
  "node_modules",
  "dist",
  "out",
  ".next",
  ".turbo",
  ".git",
  ".mosaic",
  "coverage",
  "generated",
  "test-results",
  "playwright-report",
  "next-env.d.ts",
]);
const ignoredEndings = [".tsbuildinfo", ".log"];

/**
 * A hash of what an installation depends on: manifests and locks, by content.
 *
 * @param {string} root
 * @returns {string}
 */
export function installFingerprint(root) {
  const files = ["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml", ".npmrc", "toolchain/package-lock.json"];
  for (const group of ["apps", "packages", "e2e", "docs", "bench"]) {
    files.push(...namesIn(path.join(root, group)).map((name) => path.join(group, name, "package.json")), path.join(group, "package.json"));
  }
  const hash = createHash("sha256").update(`${process.platform}-${process.arch}\n`);
  for (const file of files.toSorted()) {
    const content = contentOf(path.join(root, file));
    if (content !== undefined) hash.update(`${file}\n${content.length}\n`).update(content);
  }
  return hash.digest("hex");
}

/**
 * A hash of what a build depends on: every source file by name, size and time of change. Reading them
 * all would cost the warm start a second; a false alarm costs only a build that turbo finds in its cache.
 *
 * @param {string} root
 * @returns {string}
 */
export function buildFingerprint(root) {
  /** @type {string[]} */
  const lines = [installFingerprint(root)];
  for (const name of ["apps", "packages", "prisma", "docker", "scripts/prisma"]) collect(path.join(root, name), lines);
  for (const name of namesIn(root).filter((name) => /^(turbo|tsconfig.*|prisma\.config)\.(json|ts|mjs)$/.test(name))) {
    lines.push(describe(path.join(root, name)));
  }
  // The clone's own path is part of it: build outputs may hold absolute paths.
  return createHash("sha256").update(lines.toSorted().join("\n")).digest("hex");
}

/**
 * @param {string} folder
 * @param {string[]} lines
 */
function collect(folder, lines) {
  for (const entry of entriesOf(folder)) {
    if (ignoredNames.has(entry.name) || ignoredEndings.some((ending) => entry.name.endsWith(ending))) continue;
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) collect(file, lines);
    else if (entry.isFile()) lines.push(describe(file));
  }
}

/**
 * @param {string} file
 * @returns {string}
 */
function describe(file) {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? `${file} gone` : `${file} ${stat.size} ${stat.mtimeMs}`;
}

/** @param {string} folder */
function entriesOf(folder) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** @param {string} folder */
function namesIn(folder) {
  return entriesOf(folder).map((entry) => entry.name);
}

/** @param {string} file */
function contentOf(file) {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
