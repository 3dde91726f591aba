import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { renderConfigurationDocs, renderEnvExample, unreadNames } from "./configuration-docs.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

const settings = [
  { name: "DATABASE_URL", description: "Where it is.", isRequired: true, defaultValue: undefined, example: "postgres://h/d", choices: [] },
  { name: "LOG_LEVEL", description: "How much.", isRequired: false, defaultValue: "info", example: undefined, choices: ["debug", "info"] },
];

test("the generated files in the repository are current, and something reads every variable", () => {
  const { status, stderr } = spawnSync(process.execPath, [join(root, "scripts/generate.mjs"), "--check"], { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(status).toBe(0);
});

test("a variable that nothing reads is found", () => {
  const sources = ["this.env.DATABASE_URL.open()", "const LOG_LEVEL = 1; otherenv.LOG_LEVEL"];
  expect(unreadNames(["DATABASE_URL", "LOG_LEVEL"], sources)).toEqual(["LOG_LEVEL"]);
  expect(unreadNames(["DATABASE"], sources)).toEqual(["DATABASE"]);
});

test("the example sets nothing until somebody takes the comment away", () => {
  const lines = renderEnvExample(settings).split("\n");
  expect(lines.filter((line) => line !== "" && !line.startsWith("#"))).toEqual([]);
  expect(lines).toContain("#LOG_LEVEL=info");
});

test("the page for operators has one row per variable", () => {
  const page = renderConfigurationDocs(settings);
  expect(page).toContain("| `DATABASE_URL` | **needed** | Where it is. |");
  expect(page).toContain("| `LOG_LEVEL` | `info` | How much. One of `debug`, `info`. |");
});
