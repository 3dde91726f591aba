#!/usr/bin/env node
// Makes the Docker images that agents run in: `mosaic/base:node24` and `mosaic/openclaw:<version>`.
//
//   node scripts/images.mjs [--force]
//
// Each image carries a label with a hash of what it was made from; one that is up to date is left alone. Needs Node 20, npm and
// the docker command: it may run before anything is installed, and installs and builds what an image needs of Mosaic's own.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, cp, mkdtemp, readFile, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { prepareStateDir, stateFiles } from "./launch/state.mjs";
import { buildPackage, installPackages } from "./lib/prepare.mjs";
import { Progress } from "./lib/progress.mjs";
import { ensureToolchain, toolchainEnv } from "./lib/toolchain.mjs";

const repository = fileURLToPath(new URL("..", import.meta.url));
const baseFolder = join(repository, "docker/base");
const openclawFolder = join(repository, "docker/openclaw");
const supervisorFolder = join(repository, "packages/supervisor");
/** Its build has a copy of this package's. */
const incomingFolder = join(repository, "packages/incoming");
const inputsLabel = "mosaic.inputs";
const baseTag = "mosaic/base:node24";
const publicBase = "node:24-bookworm-slim";
const minimumNode = [24, 16];
const npmInstall = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];

const startedAt = Date.now();

await main(process.argv.slice(2)).catch((error) => {
  console.error(`images: ${error.message}`);
  process.exitCode = 1;
});

async function main(args) {
  const unknown = args.find((arg) => arg !== "--force");
  if (unknown) throw new Error(`unknown argument ${unknown}; usage: node scripts/images.mjs [--force]`);
  const force = args.includes("--force");
  await requireEngine();
  const base = await ensureBase(force);
  const openclaw = await ensureOpenClaw(base, force);
  say(`ready: ${baseTag}, ${openclaw}`);
}

async function requireEngine() {
  const result = await capture("docker", ["version", "--format", "{{.Server.Version}}"]).catch((error) => ({
    code: 1,
    stderr: error.message,
  }));
  if (result.code !== 0) throw new Error(`the Docker engine does not answer: ${lastLine(result.stderr)}`);
}

async function ensureBase(force) {
  const inputs = await hashOf([baseFolder], []);
  const present = await inspectImage(baseTag);
  if (!force && present?.inputs === inputs) {
    say(`${baseTag} is up to date`);
    return present.id;
  }
  if (await pullPublicBase()) await labelPublicBase(inputs);
  else await makeBaseFromPackages(inputs);
  return (await inspectImage(baseTag)).id;
}

async function pullPublicBase() {
  say(`pulling ${publicBase}`);
  const pull = await capture("docker", ["pull", publicBase]);
  if (pull.code !== 0) {
    say(`no image registry here (${lastLine(pull.stderr)}); making the base from Debian and npm packages`);
    return false;
  }
  const { stdout } = await capture("docker", ["run", "--rm", "--network", "none", "--entrypoint", "node", publicBase, "--version"]);
  if (isRecentNode(stdout.trim())) return true;
  say(`${publicBase} has Node ${stdout.trim()}, older than ${minimumNode.join(".")}; making the base from Debian and npm packages`);
  return false;
}

function isRecentNode(version) {
  const [major, minor] = version.replace(/^v/, "").split(".").map(Number);
  return major > minimumNode[0] || (major === minimumNode[0] && minor >= minimumNode[1]);
}

async function labelPublicBase(inputs) {
  await inScratchFolder(async (folder) => {
    await dockerBuild(["--label", `${inputsLabel}=${inputs}`, "--tag", baseTag, "--file", "-", folder], `FROM ${publicBase}\n`);
  });
}

async function makeBaseFromPackages(inputs) {
  if (process.getuid?.() !== 0) {
    throw new Error(
      `${publicBase} can't be pulled, and making it from Debian packages needs root: run \`sudo node scripts/images.mjs\` once`,
    );
  }
  if (!(await hasCommand("debootstrap"))) {
    throw new Error(`${publicBase} can't be pulled, and debootstrap is missing: run \`apt-get install debootstrap\` and try again`);
  }
  await inScratchFolder(async (folder) => {
    for (const name of ["package.json", "package-lock.json"]) await copyFile(join(baseFolder, name), join(folder, name));
    say("getting Node and npm");
    await run("npm", npmInstall, { cwd: folder });
    const mirror = await debianMirror();
    say(`getting Debian from ${mirror || "its own mirror"}`);
    await run("sh", [join(baseFolder, "rootfs.sh"), join(folder, "rootfs"), mirror, join(folder, "node_modules")], {
      progress:
        /^I: (?:Retrieving Packages|Extracting base|Extracting packages|Installing core|Unpacking the base|Configuring the base|Base system)/,
    });
    say(`importing ${baseTag}`);
    await importRootfs(join(folder, "rootfs"), inputs);
  });
}

async function importRootfs(rootfs, inputs) {
  const changes = [
    "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    'CMD ["node"]',
    `LABEL ${inputsLabel}=${inputs}`,
  ];
  const importArgs = ["import", ...changes.flatMap((change) => ["--change", change]), "-", baseTag];
  const tar = spawn("tar", ["--numeric-owner", "--one-file-system", "-C", rootfs, "-c", "."], { stdio: ["ignore", "pipe", "inherit"] });
  const tarEnd = endOf(tar, "tar");
  await Promise.all([tarEnd, run("docker", importArgs, { input: tar.stdout })]);
}

// The mirror that this machine is set up with; an air-gapped one has no other.
async function debianMirror() {
  const format = "$(REPO_URI) $(CODENAME) $(COMPONENT)";
  const targets = await capture("apt-get", ["indextargets", "--format", format, "Created-By: Packages"]).catch(() => ({ stdout: "" }));
  const rows = targets.stdout.split("\n").map((line) => line.split(" "));
  const row = rows.find(([uri, codename, component]) => codename === "bookworm" && component === "main" && /^https?:/.test(uri));
  return row?.[0] ?? "";
}

async function ensureOpenClaw(baseId, force) {
  const manifest = JSON.parse(await readFile(join(openclawFolder, "package.json"), "utf8"));
  const tag = `mosaic/openclaw:${manifest.dependencies.openclaw}`;
  const packages = [supervisorFolder, incomingFolder].flatMap((folder) => [folder, join(folder, "src")]);
  const inputs = await hashOf([openclawFolder, ...packages], [baseId]);
  const present = await inspectImage(tag);
  if (!force && present?.inputs === inputs) {
    say(`${tag} is up to date`);
    return tag;
  }
  await buildSupervisor();
  say(`building ${tag} (a few minutes the first time)`);
  await inScratchFolder(async (folder) => {
    for (const file of await inputFiles(openclawFolder)) await copyFile(file, join(folder, relative(openclawFolder, file)));
    for (const part of ["package.json", "dist"]) {
      await cp(join(supervisorFolder, part), join(folder, "supervisor", part), { recursive: true });
    }
    await addCertificates(folder);
    const buildArgs = await machineBuildArgs();
    await dockerBuild(["--label", `${inputsLabel}=${inputs}`, "--build-arg", `BASE_IMAGE=${baseTag}`, ...buildArgs, "--tag", tag, folder]);
  });
  return tag;
}

// The supervisor is written in TypeScript: this may be the first that is done in a clone.
async function buildSupervisor() {
  const stateDir = join(repository, ".mosaic");
  prepareStateDir(stateDir);
  const common = { root: repository, logsDir: stateFiles(stateDir).logs, progress: new Progress(), signal: undefined };
  const toolchain = await ensureToolchain({ ...common, env: process.env });
  const options = { ...common, toolchain, env: toolchainEnv(toolchain, { ...process.env, NODE_ENV: undefined }) };
  await installPackages(options);
  await buildPackage(options, "@mosaic/supervisor");
}

// Behind a proxy that signs with an authority of its own, npm inside the build must trust it as this machine does. The file goes
// into the stage that installs, which is thrown away.
async function addCertificates(folder) {
  const bundle = [process.env.NODE_EXTRA_CA_CERTS, process.env.SSL_CERT_FILE, "/etc/ssl/certs/ca-certificates.crt"].find(
    (path) => path && existsSync(path),
  );
  if (bundle) await copyFile(bundle, join(folder, "ca-certificates.crt"));
}

async function machineBuildArgs() {
  const registry = (await capture("npm", ["config", "get", "registry"], { cwd: openclawFolder })).stdout.trim();
  const proxies = ["http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"].filter((name) => process.env[name]);
  const args = proxies.map((name) => `${name}=${process.env[name]}`);
  if (/^https?:/.test(registry)) args.push(`NPM_REGISTRY=${registry}`);
  return args.flatMap((arg) => ["--build-arg", arg]);
}

// The classic builder is the only one everywhere: Debian's docker.io has no other.
async function dockerBuild(args, dockerfile) {
  await run("docker", ["build", "--rm", "--force-rm", ...args], {
    env: { ...process.env, DOCKER_BUILDKIT: process.env.DOCKER_BUILDKIT ?? "0" },
    progress: /^(?:Step \d+\/\d+|#\d+ \[)/,
    input: dockerfile,
  });
}

async function inspectImage(tag) {
  const result = await capture("docker", ["image", "inspect", "--format", `{{.Id}} {{index .Config.Labels "${inputsLabel}"}}`, tag]);
  if (result.code !== 0) return null;
  const [id, inputs] = result.stdout.trim().split(" ");
  return { id, inputs };
}

async function hashOf(folders, words) {
  const hash = createHash("sha256");
  for (const word of words) hash.update(`${word}\0`);
  for (const folder of folders) {
    for (const file of await inputFiles(folder)) {
      hash
        .update(`${relative(folder, file)}\0`)
        .update(await readFile(file))
        .update("\0");
    }
  }
  return hash.digest("hex").slice(0, 32);
}

// Flat folders on purpose: what lies in a subfolder (node_modules, a test's leftovers) is never part of an image.
async function inputFiles(folder) {
  const names = (await readdir(folder)).filter((name) => !name.includes(".test.") && !name.endsWith(".md")).toSorted();
  const files = [];
  for (const name of names) if ((await stat(join(folder, name))).isFile()) files.push(join(folder, name));
  return files;
}

async function inScratchFolder(action) {
  const folder = await mkdtemp(join(tmpdir(), "mosaic-images-"));
  try {
    await action(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function hasCommand(name) {
  return (await capture("sh", ["-c", `command -v ${name}`])).code === 0;
}

// Runs a command and shows only its progress lines; everything it said is shown if it fails.
async function run(command, args, { progress, input, ...options } = {}) {
  const child = spawn(command, args, { stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"], ...options });
  const said = [];
  for (const stream of [child.stdout, child.stderr]) {
    let rest = "";
    stream.setEncoding("utf8").on("data", (text) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop();
      for (const line of lines) {
        said.push(line);
        if (progress?.test(line)) say(`  ${line.slice(0, 120)}`);
      }
    });
  }
  if (typeof input === "string") child.stdin.end(input);
  else input?.pipe(child.stdin);
  await endOf(child, command).catch((error) => {
    throw new Error(`${error.message}\n${said.slice(-60).join("\n")}`);
  });
}

function endOf(child, command) {
  return new Promise((resolve, reject) => {
    child.on("error", (error) => reject(new Error(`${command} can't be run: ${error.message}`)));
    child.on("close", (code, signal) => (code === 0 ? resolve() : reject(new Error(`${command} failed (${signal ?? code})`))));
  });
}

function capture(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
    child.on("error", (error) => reject(new Error(`${command} can't be run: ${error.message}`)));
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

function lastLine(text) {
  return text.trim().split("\n").at(-1);
}

function say(text) {
  console.log(`images: ${((Date.now() - startedAt) / 1000).toFixed(0).padStart(3)} s  ${text}`);
}
