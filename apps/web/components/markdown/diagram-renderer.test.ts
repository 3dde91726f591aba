import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { diagramQueue, type MakeFrame } from "@/components/markdown/diagram-renderer";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const limits = { openMs: 5_000, drawMs: 1_000 };

const frames = () => {
  const made: { posted: unknown[]; isClosed: boolean; say: (data: unknown) => void }[] = [];
  const make: MakeFrame = (say) => {
    const frame = { posted: [] as unknown[], isClosed: false, say };
    made.push(frame);
    return { post: (message) => frame.posted.push(message), close: () => (frame.isClosed = true) };
  };
  return { made, make };
};

const picture = { svg: "<svg></svg>", width: 10, height: 20, title: "T" };

test("diagrams are drawn one after the other, once the frame is there", async () => {
  const { made, make } = frames();
  const draw = diagramQueue(make, limits);
  const both = Promise.all([draw("a", false), draw("b", true)]);
  expect(made[0]?.posted).toEqual([]);
  made[0]?.say("ready");
  expect(made[0]?.posted).toEqual([{ id: 1, source: "a", isDark: false }]);
  made[0]?.say({ id: 1, ...picture });
  made[0]?.say({ id: 2, fault: "Parse error" });
  expect(await both).toEqual([picture, { fault: "Parse error" }]);
  expect(made).toHaveLength(1);
});

test("a diagram that takes too long is given up with its frame, and the next one is drawn in another", async () => {
  const { made, make } = frames();
  const draw = diagramQueue(make, limits);
  const both = Promise.all([draw("forever", false), draw("b", false)]);
  made[0]?.say("ready");
  vi.advanceTimersByTime(limits.drawMs);
  expect(made[0]?.isClosed).toBe(true);
  made[1]?.say("ready");
  made[1]?.say({ id: 2, ...picture });
  expect(await both).toEqual([{ fault: "It took longer than 1 seconds." }, picture]);
});

test("a frame that never opens says so", async () => {
  const { make } = frames();
  const drawn = diagramQueue(make, limits)("a", false);
  vi.advanceTimersByTime(limits.openMs);
  expect(await drawn).toEqual({ fault: "Mermaid did not load." });
});

test.each([
  [{ ...picture, svg: "x".repeat(2_000_001) }],
  [{ ...picture, svg: "<img src=x>" }],
  [{ ...picture, width: Infinity }],
  [{ ...picture, height: -1 }],
  [{ ...picture, width: "100%" }],
  [{ svg: 5 }],
])("what a frame tells is judged (%#)", async (told) => {
  const { made, make } = frames();
  const drawn = diagramQueue(make, limits)("a", false);
  made[0]?.say("ready");
  made[0]?.say({ id: 99, ...picture });
  made[0]?.say({ id: 1, ...told });
  expect(await drawn).toHaveProperty("fault");
});
