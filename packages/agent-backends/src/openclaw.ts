import type { Bundle, BundleFile, Warmup } from "@mosaic/contracts/agent-config";
import type { AgentBackend, GatewayRequest, RenderInput } from "./agent-backend.js";
import { sha256OfJson } from "./canonical-json.js";
import { openclawAgentId, renderConfig } from "./openclaw-config.js";
import { explainResponse } from "./openclaw-failure.js";
import { warmUpModel } from "./openclaw-providers.js";
import { openOpenclawStream } from "./openclaw-stream.js";
import { houseRules, renderIdentityFile, renderSoul } from "./openclaw-workspace.js";

export const openclawBackend: AgentBackend = {
  id: "openclaw",
  readinessPath: "/readyz",
  tokenProofPath: "/v1/models",
  render,
  turnRequest,
  openStream: openOpenclawStream,
  explainResponse,
};

function render(input: RenderInput): Bundle {
  const files: BundleFile[] = [
    { root: "run", path: "openclaw.json", content: asFile(renderConfig(input)) },
    { root: "state", path: "workspace/SOUL.md", content: renderSoul(input.agent) },
    { root: "state", path: "workspace/IDENTITY.md", content: renderIdentityFile(input.agent) },
    { root: "state", path: "workspace/AGENTS.md", content: houseRules },
    { root: "state", path: `agents/${openclawAgentId}/agent/settings.json`, content: asFile(renderSettings(input)) },
  ];
  const warmup: Warmup = { model: warmUpModel, gatewayToken: input.gateway.token };
  return { generation: sha256OfJson({ files, warmup }), files, warmup };
}

/**
 * How often a failing provider is asked again. OpenClaw's default keeps a person waiting for minutes over a wrong key. The
 * place is not documented: `test/openclaw-gateway.test.ts` notices when an upgrade stops reading it.
 */
function renderSettings(input: RenderInput): { retry: { provider: { maxRetries: number; maxRetryDelayMs: number } } } {
  const hasFallbacks = input.models.length > 1;
  return { retry: { provider: { maxRetries: hasFallbacks ? 0 : 1, maxRetryDelayMs: 3000 } } };
}

function turnRequest(input: { gatewayToken: string; conversationId: string; text: string }): GatewayRequest {
  return {
    path: "/v1/chat/completions",
    headers: {
      authorization: `Bearer ${input.gatewayToken}`,
      "content-type": "application/json",
      accept: "text/event-stream",
      "x-openclaw-session-key": `conv-${input.conversationId}`,
    },
    body: JSON.stringify({
      model: `openclaw/${openclawAgentId}`,
      stream: true,
      stream_options: { include_usage: true },
      messages: [{ role: "user", content: input.text }],
    }),
  };
}

function asFile(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
