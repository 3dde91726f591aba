import type { AuditEvent } from "@mosaic/contracts/audit";
import { expect, test } from "vitest";
import { csvHead, csvRow, jsonRow } from "./audit-export.js";

const event = (name: string): AuditEvent => ({
  id: "01890a5d-ac96-774b-bcce-b302099a8057",
  at: "2026-01-01T00:00:00.000Z",
  actor: { kind: "user", id: null, name },
  address: "::1",
  requestId: null,
  action: "agent.delete",
  target: null,
  outcome: "done",
  details: { count: 1 },
});

test("a row has as many cells as the head", () => {
  expect(csvHead.split(",")).toHaveLength(14);
  expect(csvRow({ ...event("ann"), details: {} }).split(",")).toHaveLength(14);
});

test.each([
  ["ann", ",ann,"],
  ['a "b", c', ',"a ""b"", c",'],
  ["two\nlines", ',"two\nlines",'],
  ['=HYPERLINK("x")', ',"\'=HYPERLINK(""x"")",'],
  ["+1", ",'+1,"],
  ["-1", ",'-1,"],
  ["@x", ",'@x,"],
  ["＝1+1", ",'＝1+1,"],
  ["＋1", ",'＋1,"],
  ["－1", ",'－1,"],
  ["−1", ",'−1,"],
  ["＠x", ",'＠x,"],
  ["﹦1", ",'﹦1,"],
  ["|cmd", ",'|cmd,"],
  ["\tx", ",'\tx,"],
  ["\rx", ',"\'\rx",'],
  ["\nx", ',"\'\nx",'],
  [" =1", ",' =1,"],
  ["\u200b=1", ",'\u200b=1,"],
  ["\ufeff\u00a0＝1", ",'\ufeff\u00a0＝1,"],
  ["a=1", ",a=1,"],
  ["名＝1", ",名＝1,"],
])("the name %j is written %j", (name, written) => {
  expect(csvRow(event(name))).toContain(written);
});

test.each([
  ["agent.delete", ",Deleted an agent\r\n"],
  ["access.refuse", ",Refused access\r\n"],
  ["moon_base.launch", ",Moon base launch\r\n"],
])("the action %s has its words at the end of the row", (action, end) => {
  expect(csvRow({ ...event("ann"), action }).endsWith(end)).toBe(true);
});

test("a line of JSON is one line", () => {
  const line = jsonRow(event("two\nlines"));
  expect(line.indexOf("\n")).toBe(line.length - 1);
  expect(JSON.parse(line)).toMatchObject({ actor: { name: "two\nlines" } });
});
