import { expect, it } from "vitest";
import { requireContainerName, requireImageName } from "./container-name.js";

it.each(["ab", "mosaic-1a2b", "x".repeat(63)])("takes %j for a name", (name) => {
  expect(() => requireContainerName(name)).not.toThrow();
});

it.each(["", "a", "-ab", "ab-", "a/b", "..", "A1", "x".repeat(64), "a b", "a\n"])("refuses the name %j", (name) => {
  expect(() => requireContainerName(name)).toThrow(/can't be the name/);
});

it.each([
  "node",
  "mosaic/parrot:2026.9.6",
  "registry.example:5000/a/b:1",
  "ghcr.io/a/b_c",
  `a/b@sha256:${"0".repeat(64)}`,
  "node:24-bookworm-slim",
])("takes %j for an image", (name) => {
  expect(() => requireImageName(name)).not.toThrow();
});

it.each(["", "../x", "a/../../containers/x", "a?b", "a b", "a//b", "a:", "a#b", "-rf"])("refuses the image %j", (name) => {
  expect(() => requireImageName(name)).toThrow(/not the name of an image/);
});
