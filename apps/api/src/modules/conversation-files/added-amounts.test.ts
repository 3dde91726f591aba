import { expect, test } from "vitest";
import { AddedAmounts } from "./added-amounts.js";

test("who adds gigabytes waits a while, and nobody else does", () => {
  const amounts = new AddedAmounts();
  const messages = Array.from({ length: 33 }, () => ({ contentEncrypted: "x".repeat(1024 * 1024) }));
  for (let request = 0; request < 63; request += 1) {
    expect(() => amounts.assertRoom("ann")).not.toThrow();
    amounts.add("ann", messages);
  }
  expect(() => amounts.assertRoom("ann")).toThrow(expect.objectContaining({ code: "too_many_requests" }));
  expect(() => amounts.assertRoom("bob")).not.toThrow();
});

test("short messages count as the rows that they are", () => {
  const amounts = new AddedAmounts();
  const messages = Array.from({ length: 20_000 }, () => ({ contentEncrypted: "x" }));
  for (let conversation = 0; conversation < 104; conversation += 1) {
    expect(() => amounts.assertRoom("ann")).not.toThrow();
    amounts.add("ann", messages);
  }
  amounts.add("ann", messages);
  expect(() => amounts.assertRoom("ann")).toThrow(expect.objectContaining({ code: "too_many_requests" }));
});
