import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { PrepareProgress } from "../src/agent-runtime.js";
import { ensureInstalled, isInstalled as isInstalledFrom } from "../src/process/npm-installation.js";
import type { NpmPackages } from "../src/workload-spec.js";
import { describeMissing } from "./docker-available.js";

const run = promisify(execFile);
const hasNpm = await run("npm", ["--version"]).then(
  () => true,
  () => false,
);

/** The real npm installs a package named parrot from a file: no registry is needed. */
function describeInstallation(): void {
  describe("the installation of software", () => {
    let folder: string;
    let lockDir: string;
    let targetDir: string;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "mosaic-install-"));
      lockDir = await makeLock("lock", `require("fs").writeFileSync("node_modules/parrot/set-up", JSON.stringify(process.env))`);
    });
    beforeEach(async () => {
      targetDir = join(await mkdtemp(join(folder, "target-")), "parrot-1.0.0");
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    /** A folder with a package.json and a lock whose one dependency is a local archive; `setUp` is what its set-up script does. */
    async function makeLock(name: string, setUp: string): Promise<string> {
      const source = join(folder, `${name}-source`);
      await mkdir(join(source, "scripts"), { recursive: true });
      await writeFile(
        join(source, "package.json"),
        JSON.stringify({ name: "parrot", version: "1.0.0", type: "commonjs", scripts: { install: "touch /tmp/never" } }),
      );
      await writeFile(join(source, "parrot.mjs"), "");
      await writeFile(
        join(source, "scripts/postinstall-bundled-plugins.mjs"),
        `import { createRequire } from "node:module"; const require = createRequire(import.meta.url); ${setUp}`,
      );
      await run("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: source });
      const archive = join(folder, `${name}.tgz`);
      await run("mv", [join(folder, "parrot-1.0.0.tgz"), archive]);
      const target = join(folder, name);
      await mkdir(target);
      await writeFile(
        join(target, "package.json"),
        JSON.stringify({ name: "test", private: true, dependencies: { parrot: `file:${archive}` } }),
      );
      await run("npm", ["install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: target });
      return target;
    }

    function packagesOf(folder: string): NpmPackages {
      const setUp = "node_modules/parrot/scripts/postinstall-bundled-plugins.mjs";
      return { folder: "parrot-1.0.0", lockDir: folder, proof: "node_modules/parrot/parrot.mjs", setUp };
    }

    function install({ from = lockDir, ...change }: Partial<Parameters<typeof ensureInstalled>[0]> & { from?: string } = {}) {
      const hostEnvironment = { ...process.env, MOSAIC_SECRET_KEY: "canary", DATABASE_URL: "canary" };
      return ensureInstalled({
        label: "Parrot",
        packages: packagesOf(from),
        targetDir,
        hostEnvironment,
        onProgress: () => undefined,
        signal: AbortSignal.timeout(60_000),
        ...change,
      });
    }

    const remains = async () => (await readdir(join(targetDir, ".."))).toSorted();

    it("installs once and sets it up, without Mosaic's secrets", async () => {
      const told: PrepareProgress[] = [];
      await install({ onProgress: (progress) => told.push(progress) });
      expect(await isInstalledFrom(packagesOf(lockDir), targetDir)).toBe(true);
      expect(await readFile(join(targetDir, "node_modules/parrot/set-up"), "utf8")).not.toContain("canary");
      expect(new Set(told.map((progress) => progress.stage))).toEqual(new Set(["installing"]));
      expect(told.map(({ detail }) => detail)).toEqual(["Installing Parrot with npm", "Setting up Parrot"]);
      expect(await remains()).toEqual(["parrot-1.0.0"]);

      const toldAgain: PrepareProgress[] = [];
      await install({ onProgress: (progress) => toldAgain.push(progress) });
      expect(toldAgain).toEqual([]);
    });

    it("works once when two ask at once", async () => {
      const told: (string | null)[] = [];
      const onProgress = ({ detail }: PrepareProgress) => void told.push(detail);
      await Promise.all([install({ onProgress }), install({ onProgress })]);
      expect(told.filter((detail) => detail === "Setting up Parrot")).toHaveLength(1);
      expect(await remains()).toEqual(["parrot-1.0.0"]);
    });

    it("replaces what an interrupted or different installation left", async () => {
      await mkdir(join(targetDir, "node_modules/parrot"), { recursive: true });
      await writeFile(join(targetDir, "node_modules/parrot/parrot.mjs"), "");
      await mkdir(join(`${targetDir}.new`, "node_modules/half"), { recursive: true });
      await symlink(JSON.stringify({ pid: process.pid, startTime: "another-boot:1" }), `${targetDir}.lock`);
      expect(await isInstalledFrom(packagesOf(lockDir), targetDir)).toBe(false);
      await install();
      expect(await isInstalledFrom(packagesOf(lockDir), targetDir)).toBe(true);
      expect(await remains()).toEqual(["parrot-1.0.0"]);
      expect(await readdir(join(targetDir, "node_modules"))).not.toContain("half");
    });

    it("is ended by its signal, with its reason, and leaves nothing", async () => {
      const hanging = await makeLock("hanging", "setInterval(() => {}, 1000);");
      const giveUp = new AbortController();
      const reason = new Error("enough");
      const onProgress = ({ detail }: PrepareProgress) => {
        if (detail?.startsWith("Setting up")) giveUp.abort(reason);
      };
      await expect(install({ from: hanging, onProgress, signal: giveUp.signal })).rejects.toBe(reason);
      expect(await remains()).toEqual([]);
    });

    it("says how it failed, and works at the next attempt", async () => {
      const failing = await makeLock(
        "failing",
        `console.error("the disk is full, says https://user:password@registry.example/x"); process.exit(3);`,
      );
      const attempt = install({ from: failing });
      await expect(attempt).rejects.toMatchObject({ name: "RuntimeError", code: "install_failed" });
      await expect(attempt).rejects.toThrow(/Parrot could not be installed: it ended with code 3.*the disk is full, says <address>/s);
      expect(await remains()).toEqual([]);
      await install();
      expect(await isInstalledFrom(packagesOf(lockDir), targetDir)).toBe(true);
    });

    it("says that npm is missing", async () => {
      const hostEnvironment = { PATH: folder };
      await expect(install({ hostEnvironment, nodePath: join(folder, "node") })).rejects.toThrow(
        /Parrot could not be installed: npm was not found/,
      );
    });
  });
}

if (hasNpm) describeInstallation();
else describeMissing("the installation of software", "there is no npm on this machine");
