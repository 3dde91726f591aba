import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PrepareProgress } from "../agent-runtime.js";
import type { AgentImage, BuildableImage } from "../workload-spec.js";
import { RuntimeError } from "../agent-runtime.js";
import { lastWords } from "../last-words.js";
import type { Engine } from "./engine.js";
import { EngineRefusal, isStatus } from "./engine-errors.js";
import { baseImageOf, buildProgress, failureOf, PullProgress, withTag } from "./image-progress.js";
import { readJsonLines } from "./json-lines.js";

type OnProgress = (progress: PrepareProgress) => void;

/** A registry may think for a while before it says its first word. */
const firstAnswerTimeoutMs = 5 * 60_000;
const maxReasonLength = 600;
/** Of what Mosaic and its operator build. In a registry, such a name is somebody else's. */
const ownNames = "mosaic/";
/** What `localBaseImage` stands in for. */
const nodeBase = "node:";

export interface BuildSettings {
  /** A base image that is made on this machine (`scripts/images.mjs`), preferred to the Dockerfile's own. */
  readonly localBaseImage: string;
  readonly buildArgs: Readonly<Record<string, string>>;
}

/** What looks into an agent's state from outside: an image that was not made for Mosaic may have no shell. */
export function helperImageOf({ borrows, ...image }: AgentImage): BuildableImage {
  return borrows?.image ?? image;
}

/** What has to be on the machine for a workload of the image. */
export function imagesOf(image: AgentImage): BuildableImage[] {
  return image.borrows === undefined ? [image] : [image.borrows.image, image];
}

export async function hasImage(engine: Engine, name: string): Promise<boolean> {
  try {
    await engine.call((docker) => docker.getImage(name).inspect());
    return true;
  } catch (error) {
    if (isStatus(error, 404)) return false;
    throw error;
  }
}

/** Here already, or built if it ships with Mosaic, or pulled. What ships is never pulled: in a registry, its name is somebody else's. */
export async function obtainImage(
  engine: Engine,
  image: BuildableImage,
  settings: BuildSettings,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<void> {
  if (await hasImage(engine, image.name)) return;
  const { name, buildContext, buildParts = {} } = image;
  if (buildContext !== null) {
    const base = await obtainBase(engine, buildContext, settings, onProgress, signal);
    if (base === null) throw missing(name, "can't be built, since its base image can't be had");
    const buildArgs = { ...settings.buildArgs, BASE_IMAGE: base };
    await withContext(buildContext, buildParts, (folder) => build(engine, { name, buildContext: folder, buildArgs }, onProgress, signal));
    return;
  }
  if (name.startsWith(ownNames)) throw missing(name, "is one that is made on its machine: no registry is asked for it");
  const failure = await pull(engine, name, onProgress, signal);
  if (failure !== null) throw missing(name, `can't be pulled (${failure})`);
}

function missing(name: string, why: string): RuntimeError {
  const detail =
    `The image "${name}" is not on this machine and ${why}. ` +
    `Make it with "node scripts/images.mjs" (npm run images), or set another image for this kind of agent.`;
  return new RuntimeError("image_missing", detail);
}

/** `null` if the Dockerfile can't be built here. */
async function obtainBase(
  engine: Engine,
  folder: string,
  settings: BuildSettings,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<string | null> {
  const dockerfile = await readFile(join(folder, "Dockerfile"), "utf8").catch(() => null);
  const base = dockerfile === null ? null : baseImageOf(dockerfile);
  if (base === null) return null;
  if (base.startsWith(nodeBase) && (await hasImage(engine, settings.localBaseImage))) return settings.localBaseImage;
  if (await hasImage(engine, base)) return base;
  return (await pull(engine, base, onProgress, signal)) === null ? base : null;
}

/** Tells why it failed, or `null`. An engine that is away is thrown. */
async function pull(engine: Engine, name: string, onProgress: OnProgress, signal: AbortSignal): Promise<string | null> {
  const progress = new PullProgress();
  onProgress({ stage: "pulling", percent: null, detail: null });
  try {
    const messages = await engine.open((docker, abortSignal) => docker.pull(withTag(name), { abortSignal }), signal, firstAnswerTimeoutMs);
    for await (const message of readJsonLines(messages)) {
      const failure = failureOf(message);
      if (failure !== null) return shorten(failure);
      onProgress(progress.add(message));
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof EngineRefusal) return shorten(error.reason);
    throw brokenOff(error);
  }
  // The stream also ends without an error when the engine goes down in the middle.
  return (await hasImage(engine, name)) ? null : "the engine stopped without a reason";
}

interface Build {
  readonly name: string;
  readonly buildContext: string;
  readonly buildArgs: Record<string, string>;
}

/** Where parts come from elsewhere, the context is put together for the time of the build. */
async function withContext(
  folder: string,
  parts: Readonly<Record<string, string>>,
  work: (context: string) => Promise<void>,
): Promise<void> {
  if (Object.keys(parts).length === 0) return work(folder);
  const context = await mkdtemp(join(tmpdir(), "mosaic-image-"));
  try {
    await cp(folder, context, { recursive: true });
    for (const [place, source] of Object.entries(parts)) await cp(source, join(context, place), { recursive: true });
    await work(context);
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}

async function build(engine: Engine, { name, buildContext, buildArgs }: Build, onProgress: OnProgress, signal: AbortSignal): Promise<void> {
  const said: string[] = [];
  onProgress({ stage: "building", percent: 0, detail: null });
  try {
    const context = { context: buildContext, src: await readdir(buildContext) };
    const options = { t: name, buildargs: buildArgs, rm: true, forcerm: true, version: "1" as const };
    const messages = await engine.open(
      (docker, abortSignal) => docker.buildImage(context, { ...options, abortSignal }),
      signal,
      firstAnswerTimeoutMs,
    );
    for await (const message of readJsonLines(messages)) {
      const failure = failureOf(message);
      if (failure !== null) throw buildError(name, failure, said);
      if (typeof message["stream"] === "string") said.push(message["stream"].trim());
      const progress = buildProgress(message);
      if (progress) onProgress(progress);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof EngineRefusal ? buildError(name, error.reason, said) : brokenOff(error);
  }
  if (!(await hasImage(engine, name))) throw buildError(name, "the engine stopped without a reason", said);
}

function buildError(name: string, failure: string, said: readonly string[]): RuntimeError {
  const words = shorten(`${lastWords(failure)}\n${lastWords(said.join("\n"))}`);
  return new RuntimeError("install_failed", `The image "${name}" could not be built: ${words}`);
}

function brokenOff(error: unknown): RuntimeError {
  if (error instanceof RuntimeError) return error;
  return new RuntimeError("unreachable", "The connection to Docker broke off. Is Docker running?", { cause: error });
}

function shorten(text: string): string {
  return text.trim().slice(0, maxReasonLength);
}
