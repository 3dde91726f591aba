import type { RenderInput } from "./agent-backend.js";
import type { Json } from "./canonical-json.js";

const gatewayVariable = "MOSAIC_GATEWAY_TOKEN";
const relayVariable = "MOSAIC_RELAY_TOKEN";

/**
 * Both tokens are new at each start. OpenClaw hashes the configuration of its last start, and migrates its whole state when that changed: with the
 * tokens in `openclaw.json` each start took 2.2 s longer (`bench/first-token.ts`). Its own reference to a variable stays the same.
 */
export function gatewayToken({ gateway, tokensIn }: Pick<RenderInput, "gateway" | "tokensIn">): Json {
  return tokensIn === "files" ? gateway.token : reference(gatewayVariable);
}

/** In place of a provider's key. */
export const relayTokenReference: Json = reference(relayVariable);

/** What the references lead to. */
export function tokenVariables({ gateway, relayToken, tokensIn }: RenderInput): Readonly<Record<string, string>> {
  return tokensIn === "files" ? {} : { [gatewayVariable]: gateway.token, [relayVariable]: relayToken };
}

function reference(id: string): Json {
  return { source: "env", provider: "default", id };
}
