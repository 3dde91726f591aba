import { createHmac } from "node:crypto";

/** The token of the agent's gateway. Derived one way, so that whoever reads openclaw.json does not hold the container's token. */
export function deriveGatewayToken(containerToken: string): string {
  return createHmac("sha256", containerToken).update("mosaic-gateway").digest("base64url");
}

/** What an agent shows to Mosaic's LLM relay, in place of a key that is not its owner's. It opens nothing else. */
export function deriveRelayToken(containerToken: string): string {
  return createHmac("sha256", containerToken).update("mosaic-llm-relay").digest("base64url");
}
