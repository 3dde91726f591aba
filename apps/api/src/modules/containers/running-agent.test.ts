import { expect, test } from "vitest";
import { parseEnv } from "../../platform/config/env.js";
import { containerTokenContext } from "../agent-config/agent-config.types.js";
import { CryptoService } from "../crypto/crypto.service.js";
import { foundRunning } from "./running-agent.js";

const crypto = new CryptoService(
  parseEnv({ DATABASE_URL: "postgres://mosaic@localhost/mosaic", MOSAIC_SECRET_KEY: "test-secret-key-0123456789-abcdefghijklmnop" }),
);
const found = {
  agentId: "a",
  ownerId: "o",
  backendId: "openclaw",
  status: "running",
  endpointHost: "127.0.0.1",
  endpointPort: 18_789,
  tokenEncrypted: crypto.seal("token", containerTokenContext("o", "a")),
} as const;

test("one that runs at a known place is found", () => {
  expect(foundRunning(crypto, found)).toMatchObject({ agentId: "a", endpoint: { port: 18_789 }, backend: { id: "openclaw" } });
});

test.each([
  ["one that is stopped", { status: "stopped" }],
  ["one whose place is not known yet", { endpointPort: null }],
  ["one that was never started", { tokenEncrypted: null }],
  ["one of a backend that only another version knows", { backendId: "parrot" }],
] as const)("%s is not", (_what, change) => {
  expect(foundRunning(crypto, { ...found, ...change })).toBeNull();
});
