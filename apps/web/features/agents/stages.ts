import type { StageProgress, StartStage } from "@mosaic/contracts/agent";

const texts: Record<StartStage, string> = {
  installing: "Installing",
  pulling: "Pulling the image",
  building: "Building the image",
  creating: "Creating",
  starting: "Starting",
  waiting: "Getting ready",
  ready: "Ready",
};

export const stageText = (stage: StartStage): string => texts[stage];

/** The part of the bar that each stage covers. The first three stand for each other: a start needs at most one of them. */
const spans: Record<StartStage, readonly [from: number, to: number]> = {
  installing: [0, 60],
  pulling: [0, 60],
  building: [0, 60],
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
