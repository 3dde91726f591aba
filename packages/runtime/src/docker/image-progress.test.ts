import { describe, expect, it } from "vitest";
import { baseImageOf, buildProgress, failureOf, PullProgress, withTag } from "./image-progress.js";

const step = (id: string, status: string, current?: number, total?: number) => ({ id, status, progressDetail: { current, total } });

describe("PullProgress", () => {
  it("knows no percentage before it knows layers", () => {
    const progress = new PullProgress();
    expect(progress.add({ status: "Pulling from library/node", id: "24" })).toEqual({ stage: "pulling", percent: null, detail: null });
  });

  it("goes from 0 to 100 and never backwards, whatever comes in whatever order", () => {
    const progress = new PullProgress();
    const messages = [
      step("a", "Pulling fs layer"),
      step("b", "Pulling fs layer"),
      step("a", "Downloading", 50, 100),
      step("c", "Waiting"),
      step("b", "Already exists"),
      step("a", "Downloading", 10, 100),
      step("a", "Download complete"),
      step("a", "Extracting", 50, 100),
      step("a", "Pull complete"),
      step("c", "Downloading", 3, 0),
      step("c", "Pull complete"),
      { status: "Status: Downloaded newer image" },
    ];
    const percents = messages.map((message) => progress.add(message).percent ?? -1);
    expect(percents).toEqual(percents.toSorted((x, y) => x - y));
    expect(percents[0]).toBe(0);
    expect(percents.at(-1)).toBe(100);
  });
});

describe("buildProgress", () => {
  it("counts the steps that are done", () => {
    expect(buildProgress({ stream: "Step 1/4 : FROM node" })).toEqual({ stage: "building", percent: 0, detail: "Step 1 of 4" });
    expect(buildProgress({ stream: "Step 4/4 : RUN secret" })).toEqual({ stage: "building", percent: 75, detail: "Step 4 of 4" });
  });

  it.each([{ stream: " ---> 12ab\n" }, { aux: { ID: "x" } }, {}])("makes nothing of %j", (message) => {
    expect(buildProgress(message)).toBeNull();
  });
});

it("a stream that tells of an error has failed", () => {
  expect(failureOf({ error: "denied", errorDetail: {} })).toBe("denied");
  expect(failureOf({ status: "fine" })).toBeNull();
});

it.each([
  ["node", "node:latest"],
  ["registry:5000/mosaic/parrot", "registry:5000/mosaic/parrot:latest"],
  ["mosaic/parrot:1", "mosaic/parrot:1"],
  ["node@sha256:abc", "node@sha256:abc"],
])("pulls one tag of %s", (name, pulled) => {
  expect(withTag(name)).toBe(pulled);
});

it("reads the base of a Dockerfile", () => {
  expect(baseImageOf("# a comment\nARG BASE_IMAGE=node:24-bookworm-slim\nFROM ${BASE_IMAGE}\n")).toBe("node:24-bookworm-slim");
  expect(baseImageOf("FROM scratch\n")).toBeNull();
});
