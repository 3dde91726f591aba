import { expect, it } from "vitest";
import { deriveGatewayToken, deriveRelayToken } from "./gateway-token.js";

it("a gateway's token is fixed by the container's, and does not show it", () => {
  const token = deriveGatewayToken("container-token");
  expect(token).toBe("vJnnsrGiLxMaguynPSgBTa73bg1XDMChotY3xFlo9eU");
  expect(token).toMatch(/^[\w-]{43}$/);
  expect(deriveGatewayToken("another-token")).not.toBe(token);
});

it("the relay's token is another one, also fixed by the container's", () => {
  expect(deriveRelayToken("container-token")).toMatch(/^[\w-]{43}$/);
  expect(deriveRelayToken("container-token")).toBe(deriveRelayToken("container-token"));
  expect(deriveRelayToken("container-token")).not.toBe(deriveGatewayToken("container-token"));
  expect(deriveRelayToken("another-token")).not.toBe(deriveRelayToken("container-token"));
});
