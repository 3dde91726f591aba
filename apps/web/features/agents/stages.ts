import type { StageProgress, StartStage } from "@mosaic/contracts/agent";

const texts: Record<StartStage, string> = {
  installing: "Installing",
  pulling: "Pulling the image",
  building: "Building the image",
  queued: "Waiting for its turn",
  creating: "Creating",
  starting: "Starting",
  waiting: "Getting ready",
  ready: "Ready",
};

const suffixes: Readonly<Record<string, string>> = { one: "st", two: "nd", few: "rd", other: "th" };
const ordinals = new Intl.PluralRules("en", { type: "ordinal" });

export const stageText = (stage: StartStage): string => texts[stage];

/** With the place in the queue: "Waiting for its turn, 3rd". */
export const stageLabel = ({ stage, place }: Pick<StageProgress, "stage" | "place">): string => {
  if (place === undefined) return texts[stage];
  return `${texts[stage]}, ${place === 1 ? "next" : `${place}${suffixes[ordinals.select(place)] ?? "th"}`}`;
};

/** What the reader of the page wants to know while a start waits, besides its place. */
export const queuedHint =
  "Other agents are starting on this machine first. Your message is sent when it is its turn, as long as this page stays open.";

/** The part of the bar that each stage covers. The first three stand for each other: a start needs at most one of them. */
const spans: Record<StartStage, readonly [from: number, to: number]> = {
  installing: [0, 60],
  pulling: [0, 60],
  building: [0, 60],
  queued: [60, 60],
  creating: [60, 68],
  starting: [68, 78],
  waiting: [78, 98],
  ready: [100, 100],
};

/** How full the bar is; within a stage it follows the percentage where there is one, else it stands in the stage's first quarter. */
export const stagePercent = ({ stage, percent }: Pick<StageProgress, "stage" | "percent">): number => {
  const [from, to] = spans[stage];
  return from + (to - from) * (percent === null ? 0.25 : percent / 100);
};
