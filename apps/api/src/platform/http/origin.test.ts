import { expect, test } from "vitest";
import { isSameOrigin } from "./origin.js";

test.each([
  ["http://localhost:8080", "localhost:8080", true],
  ["https://mosaic.example", "mosaic.example", true],
  ["https://mosaic.example", "MOSAIC.example", true],
  ["http://localhost:8081", "localhost:8080", false],
  ["https://mosaic.example.evil.test", "mosaic.example", false],
  ["null", "localhost:8080", false],
  ["", "localhost:8080", false],
  [undefined, "localhost:8080", false],
  ["http://localhost:8080", undefined, false],
])("origin %s at host %s: %s", (origin, host, expected) => {
  expect(isSameOrigin(origin, host)).toBe(expected);
});
