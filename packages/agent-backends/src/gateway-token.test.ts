import { expect, it } from "vitest";
import { deriveGatewayToken } from "./gateway-token.js";

it("a gateway's token is fixed by the container's, and does not show it", () => {
  const token = deriveGatewayToken("container-token");
  expect(token).toBe("vJnnsrGiLxMaguynPSgBTa73bg1XDMChotY3xFlo9eU");
  expect(token).toMatch(/^[\w-]{43}$/);
  expect(deriveGatewayToken("another-token")).not.toBe(token);
});
