import { test } from "../support/fixtures.ts";
import { describeKindOfAgent } from "../support/kind-of-agent.ts";

test.use({ installation: "kind-hermes" });

describeKindOfAgent({
  id: "hermes",
  label: "Hermes Agent",
  standIn: { kind: "hermes", image: "mosaic/hermes:stand-in", files: ["packages/testing/dist/fake-hermes*.js"] },
  declaration: null,
  keepsPersonality: true,
  user: 10_000,
  memoryBytes: 1024 ** 3,
  tool: { message: "[demo:tool name=terminal]", shows: "terminal" },
});
