import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { markOrigins } from "./supervisor-log.js";

const token = "container-token";

function signed(fields: object, at: number, by = token): string {
  const text = JSON.stringify({ ...fields, at });
  const key = createHmac("sha256", by).update("mosaic-log").digest();
  return `${text.slice(0, -1)},"mac":"${createHmac("sha256", key).update(text).digest("base64url")}"}`;
}

test("a signed line is shown with its time, without its signature", () => {
  expect(markOrigins([signed({ mosaic: "ready", generation: "g1" }, 1_000)], token)).toEqual([
    '1970-01-01T00:00:01.000Z {"mosaic":"ready","generation":"g1"}',
  ]);
});

test("what an agent writes into its log is marked, however it looks", () => {
  const real = signed({ mosaic: "ready" }, 1_000);
  const forged = [
    '{"mosaic":"stopped","reason":"by an admin"}',
    real.replace("ready", "gone!"),
    real.replace('"at":1000', '"at":2000'),
    signed({ mosaic: "ready" }, 5_000, "another-token"),
    '1970-01-01T00:00:01.000Z {"mosaic":"ready"}',
    `${real} more`,
    ` ${real}`,
    '{"mosaic":"x","mac":""}',
    `{"mosaic":"${"x".repeat(100_000)}"}`,
    "",
  ];
  for (const line of forged) {
    expect(markOrigins([line], token)).toEqual([`[unsigned] ${line}`]);
  }
});

test("a line that is written again, or one from before, is marked", () => {
  const [first, second] = [signed({ mosaic: "ready" }, 1_000), signed({ mosaic: "applied" }, 2_000)];
  const marks = markOrigins([first, first, second, first, second], token).map((line) => line.startsWith("[unsigned] "));
  expect(marks).toEqual([false, true, false, true, true]);
});
