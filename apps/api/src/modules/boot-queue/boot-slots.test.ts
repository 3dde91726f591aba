import { expect, test } from "vitest";
import { bootSlots } from "./boot-slots.js";

test.each([
  [1, undefined, 1],
  [2, undefined, 1],
  [3, undefined, 1],
  [4, undefined, 2],
  [16, undefined, 8],
  [2, 3, 3],
  [64, 1, 1],
])("with %i cores, and %s chosen by the operator, %i boot at once", (cores, chosen, slots) => {
  expect(bootSlots(cores, chosen)).toBe(slots);
});
