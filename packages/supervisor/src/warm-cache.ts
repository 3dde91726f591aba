// Runs while an image is built, and nowhere else: fills Node's compile cache by starting the software as the supervisor does and making a turn
// with each of its models against the canned model. Nothing of it stays but the cache.
//
//   node warm-cache.js       in an image's environment; `launch.json` and `warm-cache.json` are in MOSAIC_AGENT_SOFTWARE_DIR
import type { Launch } from "@mosaic/contracts/agent-config";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { startCannedModel } from "./canned-model.js";
import { startChild } from "./child.js";
import { FatalError, say } from "./exit.js";
import { isRecord } from "@mosaic/incoming/records";
import { parseJson } from "./json.js";
import { fillerOf, launchOfImage } from "./launch.js";
import { waitUntilReady } from "./readiness.js";
import { readSettings, type Settings } from "./settings.js";
import { turn } from "./warm-up.js";

// What the supervisor loads besides, for the cache.
import "./api-client.js";
import "./bundle.js";
import "./repairs.js";
import "./reporter.js";
import "./state-mark.js";

const warmUpToken = "only-while-building";
const minCachedModules = 500;
const limitMs = 300_000;
const maxAttempts = 5;
const betweenAttemptsMs = 2_000;

interface Recipe {
  /** The configuration, with `{cannedPort}` beside the words of a launch. */
  readonly config: unknown;
  readonly models: readonly string[];
}

const image = readSettings({ ...process.env, MOSAIC_CONFIG_URL: "http://localhost" });
const canned = await startCannedModel(0);
try {
  await warmInTheEnd();
} finally {
  canned.close();
}
const cached = (await readdir(process.env["NODE_COMPILE_CACHE"] ?? "", { recursive: true })).length;
if (cached < minCachedModules) {
  throw new FatalError("cache-cold", 70, `only ${cached} files in the compile cache; did the flags or the variables change?`);
}
say("cache-warm", { files: cached });

/** A machine that is busy while it builds fails a start though nothing is wrong, as it does with agents. */
async function warmInTheEnd(): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    // What a broken start left behind must not be what the next one meets.
    const folder = await mkdtemp(join(tmpdir(), "warm-cache-"));
    try {
      return await warm({ ...image, stateDir: join(folder, "state"), runDir: join(folder, "run") });
    } catch (error) {
      if (attempt === maxAttempts) throw error;
      say("cache-cold", { attempt, reason: error instanceof Error ? error.message : String(error) });
      await sleep(betweenAttemptsMs * attempt);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

async function warm(settings: Settings): Promise<void> {
  const launch = await launchOfImage(settings.softwareDir);
  const recipe = await readRecipe();
  for (const place of [settings.stateDir, settings.runDir]) await mkdir(place);
  const fill = fillerOf(settings, { model: "", gatewayToken: warmUpToken });
  const config = fill(JSON.stringify(recipe.config)).replaceAll("{cannedPort}", String(canned.port));
  if (launch.configFile === null) throw new Error("the launch names no configuration to be warmed with");
  await writeFile(join(settings.runDir, launch.configFile), config);
  const child = startChild(settings, launch, fill, process.env);
  const ended = child.exited.then(({ code, reason }) => {
    throw new Error(`the software ended with code ${code}: ${reason}`);
  });
  try {
    await Promise.race([ended, makeTurns(settings, launch, recipe)]);
    ended.catch(() => undefined);
  } finally {
    // Node writes the cache when the process ends by itself.
    await child.stop();
  }
}

async function makeTurns(settings: Settings, { readiness, warmUp }: Launch, { models }: Recipe): Promise<void> {
  const signal = AbortSignal.timeout(limitMs);
  if (!(await waitUntilReady(readiness, settings.port, signal))) throw new Error("the software was not ready in time");
  if (warmUp === null) return;
  for (const model of models) {
    const fill = fillerOf(settings, { model, gatewayToken: warmUpToken });
    await turn(readiness.port ?? settings.port, warmUp, fill, signal).catch((cause: unknown) => {
      throw new Error(`no turn with ${model}`, { cause });
    });
  }
}

async function readRecipe(): Promise<Recipe> {
  const recipe = parseJson(await readFile(join(image.softwareDir, "warm-cache.json"), "utf8"), "warm-cache.json");
  const models: unknown = isRecord(recipe) ? recipe["models"] : null;
  if (!isRecord(recipe) || !Array.isArray(models)) throw new Error("warm-cache.json has no models");
  return { config: recipe["config"], models: models.map(String) };
}
