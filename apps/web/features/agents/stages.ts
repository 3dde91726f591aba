import type { StageProgress, StartStage } from "@mosaic/contracts/agent";
import { m } from "@messages/agents";

const texts: Record<StartStage, string> = {
  installing: m.installing,
  pulling: m.pullingTheImage,
  building: m.buildingTheImage,
  queued: m.waitingForItsTurn,
  creating: m.creating,
  starting: m.starting,
  waiting: m.gettingReady,
  ready: m.ready,
};

export const stageText = (stage: StartStage): string => texts[stage];

/** With the place in the queue: "Waiting for its turn, 3rd". */
export const stageLabel = ({ stage, place }: Pick<StageProgress, "stage" | "place">): string => {
  if (place === undefined) return texts[stage];
  return m.inLine(texts[stage], place);
};

/** What the reader of the page wants to know while a start waits, besides its place. */
export const queuedHint = m.otherAgentsAreStartingOn;

/** The part of the bar for what some starts need first; a start needs at most one of them. */
const preparingPart = 60;
const preparingStages: ReadonlySet<StartStage> = new Set<StartStage>(["installing", "pulling", "building"]);
/** Without a past to go by. */
const firstStartMs = 60_000;

export interface BarTimes {
  readonly nowMs: number;
  /** When the page first heard of this start. */
  readonly heardAtMs: number;
  /** Whether something was installed, pulled or built for it. */
  readonly hasPrepared: boolean;
}

/** Nine tenths in the usual time, and then on and on: slower, but it moves. */
const share = (elapsedMs: number, usualMs: number): number => 1 - Math.exp((-2.3 * Math.max(0, elapsedMs)) / Math.max(1, usualMs));

/** How full the bar is, by what starts on this machine took before. */
export const startPercent = ({ stage, percent, pace }: StageProgress, { nowMs, heardAtMs, hasPrepared }: BarTimes): number => {
  if (stage === "ready") return 100;
  if (preparingStages.has(stage)) return preparingPart * (percent === null ? share(nowMs - heardAtMs, firstStartMs) : percent / 100);
  const from = hasPrepared ? preparingPart : 0;
  if (stage === "queued") return from;
  const toldMs = pace === undefined ? heardAtMs : Date.parse(pace.begunAt);
  // A device whose clock is behind would see a start that has not begun.
  const begunAtMs = toldMs > nowMs ? heardAtMs : toldMs;
  return from + (99 - from) * share(nowMs - begunAtMs, pace?.usualMs ?? firstStartMs);
};

/** What to expect of a start, and when it takes longer than any before, what it waits for. */
export const paceText = ({ stage, pace }: Pick<StageProgress, "stage" | "pace">, nowMs: number): string | null => {
  if (pace === undefined || stage === "ready" || stage === "queued") return null;
  const elapsedMs = nowMs - Date.parse(pace.begunAt);
  if (elapsedMs > Math.max(pace.longestMs ?? 0, 2 * (pace.usualMs ?? firstStartMs))) {
    const surprise = pace.longestMs === null ? m.thisTakesLongerThanIt : m.thisTakesLongerThanAny;
    return m.mosaicWaitsFor(surprise, m.waitsFor[stage]);
  }
  return pace.usualMs === null ? m.theFirstStartTakesAbout : m.aStartTakesAboutOn(inSeconds(pace.usualMs));
};

const inSeconds = (ms: number): string => {
  const seconds = Math.max(1, Math.round(ms / 1000));
  return m.seconds(seconds);
};
