import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { codeOf, exitCodes } from "../lib/failure.mjs";

const root = path.resolve(import.meta.dirname, "../..");
const file = path.join(root, "docs/systemd/mosaic.service");
const text = readFileSync(file, "utf8");

/** @returns {Map<string, string>} "Section.Key" and its value */
function parse() {
  /** @type {Map<string, string>} */
  const values = new Map();
  let section = "";
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const header = /^\[(\w+)\]$/.exec(line)?.[1];
    if (header !== undefined) section = header;
    else {
      const [key = "", ...rest] = line.split("=");
      expect(values.has(`${section}.${key}`), `${key} is set once`).toBe(false);
      values.set(`${section}.${key}`, rest.join("="));
    }
  }
  return values;
}

test("the unit runs what npm start runs", () => {
  const [program, ...args] = (parse().get("Service.ExecStart") ?? "").split(" ");
  const manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  expect(program).toBe("/usr/bin/node");
  expect(`node ${args.join(" ")}`).toBe(manifest.scripts.start);
  expect(existsSync(path.join(root, args[0] ?? ""))).toBe(true);
});

test("the unit tries again what may go away, and only that", () => {
  const unit = parse();
  expect(unit.get("Service.Restart")).toBe("on-failure");
  expect(unit.get("Unit.StartLimitIntervalSec")).toBe("0");
  const { failed: _retried, ...final } = exitCodes;
  expect(unit.get("Service.RestartPreventExitStatus")?.split(" ").map(Number)).toEqual(Object.values(final));
});

test("the unit names no folder of the machine that it was written on", () => {
  const places = [root, os.homedir(), os.tmpdir()].filter((place) => place !== "/");
  for (const place of places) expect(text).not.toContain(place);
  expect(parse().get("Service.WorkingDirectory")).toBe("/srv/mosaic");
});

test("docs/running.md leads to the unit", () => {
  expect(readFileSync(path.join(root, "docs/running.md"), "utf8")).toContain("](systemd/mosaic.service)");
});

test("systemd knows every line of the unit", () => {
  expect(new Set([...parse().keys()].map((key) => key.split(".")[0]))).toEqual(new Set(["Unit", "Service", "Install"]));
  const { stdout, stderr, error } = spawnSync("systemd-analyze", ["verify", "--man=no", file], { encoding: "utf8" });
  // A machine without systemd can't say more.
  if (error !== undefined && codeOf(error) === "ENOENT") return;
  // Whether this machine has its programs is no question to the file.
  const complaints = `${stdout}${stderr}`
    .split("\n")
    .filter((line) => line.includes("mosaic.service") && !line.includes("is not executable"));
  expect(complaints).toEqual([]);
});
