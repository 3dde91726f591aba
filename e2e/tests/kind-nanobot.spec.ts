import { test } from "../support/fixtures.ts";
import { describeKindOfAgent } from "../support/kind-of-agent.ts";

test.use({ installation: "kind-nanobot" });

describeKindOfAgent({
  id: "nanobot",
  label: "nanobot",
  standIn: {
    kind: "nanobot",
    image: "mosaic/nanobot:stand-in",
    files: ["packages/testing/dist/fake-nanobot*.js", "docker/nanobot/entrypoint.sh"],
  },
  declaration: null,
  keepsPersonality: false,
  user: 1000,
  memoryBytes: 512 * 1024 ** 2,
  tool: null,
});
