import type { PrepareProgress } from "../agent-runtime.js";
import { isRecord } from "@mosaic/incoming/records";

type EngineMessage = Record<string, unknown>;

/** What one part of a layer's way is worth. Downloading takes longer than unpacking. */
const downloaded = 0.7;

/**
 * The percentage of a pull. Layers count the same whatever their size: the engine tells a layer's size only when it begins with it, and a
 * percentage that goes backwards is worse than a rough one.
 */
export class PullProgress {
  private readonly layers = new Map<string, number>();
  private percent: number | null = null;

  add(message: EngineMessage): PrepareProgress {
    const { id, status } = message;
    if (typeof id === "string" && typeof status === "string") this.note(id, status, message["progressDetail"]);
    return { stage: "pulling", percent: this.percent, detail: null };
  }

  private note(layer: string, status: string, detail: unknown): void {
    const reached = layerShare(status, detail);
    if (reached === null) return;
    this.layers.set(layer, Math.max(reached, this.layers.get(layer) ?? 0));
    const sum = [...this.layers.values()].reduce((total, share) => total + share, 0);
    this.percent = Math.max(this.percent ?? 0, Math.floor((sum / this.layers.size) * 100));
  }
}

function layerShare(status: string, detail: unknown): number | null {
  switch (status) {
    case "Pulling fs layer":
    case "Waiting":
      return 0;
    case "Downloading":
      return downloaded * fractionOf(detail);
    case "Verifying Checksum":
    case "Download complete":
      return downloaded;
    case "Extracting":
      return downloaded + (1 - downloaded) * fractionOf(detail);
    case "Pull complete":
    case "Already exists":
      return 1;
    default:
      return null;
  }
}

function fractionOf(detail: unknown): number {
  if (!isRecord(detail)) return 0;
  const { current, total } = detail;
  return typeof current === "number" && typeof total === "number" && total > 0 ? Math.min(1, current / total) : 0;
}

/** `null` if the message is about something else than a step's beginning. */
export function buildProgress(message: EngineMessage): PrepareProgress | null {
  const text = message["stream"];
  const step = typeof text === "string" ? /^Step (\d+)\/(\d+) : (\S+)/.exec(text) : null;
  if (!step) return null;
  const [number, count] = [Number(step[1]), Number(step[2])];
  return { stage: "building", percent: Math.floor(((number - 1) / count) * 100), detail: `Step ${number} of ${count}` };
}

/** The engine answers 200 and tells in the stream that it failed. */
export function failureOf(message: EngineMessage): string | null {
  const error = message["error"];
  return typeof error === "string" ? error : null;
}

/** The default of the Dockerfile's BASE_IMAGE; `null` if it has none. */
export function baseImageOf(dockerfile: string): string | null {
  return /^[ \t]*ARG[ \t]+BASE_IMAGE=(\S+)/m.exec(dockerfile)?.[1] ?? null;
}

/** An image without a tag would have all its tags pulled. */
export function withTag(imageName: string): string {
  const lastPart = imageName.slice(imageName.lastIndexOf("/") + 1);
  return /[:@]/.test(lastPart) ? imageName : `${imageName}:latest`;
}
