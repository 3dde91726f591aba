import { test } from "../support/fixtures.ts";
import { describeKindOfAgent } from "../support/kind-of-agent.ts";

test.use({ installation: "kind-declared" });

describeKindOfAgent({
  id: "echo",
  label: "Echo",
  standIn: { kind: "declared", image: "mosaic/echo:stand-in", files: ["packages/testing/dist/fake-declared-agent*.js"] },
  declaration: new URL("../../docker/stand-ins/declared/declaration.json", import.meta.url),
  keepsPersonality: false,
  user: 1234,
  memoryBytes: 256 * 1024 ** 2,
  tool: null,
});
