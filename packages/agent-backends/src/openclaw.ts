import type { Bundle, BundleFile, Launch, Warmup } from "@mosaic/contracts/agent-config";
import type { AgentBackend, GatewayRequest, RenderInput, TurnRequestInput } from "./agent-backend.js";
import { sha256OfJson } from "./canonical-json.js";
import { contentOf } from "./chat-content.js";
import { clientFields, resultMessages } from "./openclaw-client-tools.js";
import { openclawAgentId, renderConfig } from "./openclaw-config.js";
import { sessionKeyOf } from "./openclaw-connect.js";
import { openOpenclawDialogue } from "./openclaw-dialogue.js";
import { deleteOpenclawSession, forkOpenclawSession } from "./openclaw-errands.js";
import { explainResponse } from "./openclaw-failure.js";
import { isTooBusy, openclawMemory } from "./openclaw-machine.js";
import { openclawLaunch, relayed } from "./openclaw-launch.js";
import { explainLogLine } from "./openclaw-log-line.js";
import { warmUpModel } from "./openclaw-providers.js";
import { openOpenclawStream } from "./openclaw-stream.js";
import { tokenVariables } from "./openclaw-tokens.js";
import { houseRules, openclawWorkspace, renderIdentityFile, renderSoul } from "./openclaw-workspace.js";

export const openclawBackend: AgentBackend = {
  id: "openclaw",
  workspace: openclawWorkspace,
  // It refuses a larger one, and closes the connection on 25 MiB of a frame, in which an image is a third larger.
  images: { maxBytes: 6_291_456, maxTotalBytes: 12 * 1024 * 1024 },
  gateway: { probe: { readinessPath: openclawLaunch.readiness.path, tokenProofPath: "/v1/models" } },
  render,
  turnRequest,
  clientTools: true,
  takesHistory: false,
  openStream: openOpenclawStream,
  socket: {
    path: "/",
    maxFrameBytes: 4 * 1024 * 1024,
    open: openOpenclawDialogue,
    fork: forkOpenclawSession,
    deleteSession: deleteOpenclawSession,
  },
  explainLogLine,
  explainResponse,
  memory: openclawMemory,
  isTooBusy,
};

function render(input: RenderInput): Bundle {
  const certificates = input.trustedCertificates ?? [];
  const files: BundleFile[] = [
    // Every supervisor knows this name: it tells Node of the file before it runs anything.
    ...(certificates.length === 0 ? [] : [{ root: "run", path: "ca-certificates.pem", content: `${certificates.join("\n")}\n` } as const]),
    { root: "run", path: "openclaw.json", content: asFile(renderConfig(input)) },
    { root: "state", path: "workspace/SOUL.md", content: renderSoul(input.agent) },
    { root: "state", path: "workspace/IDENTITY.md", content: renderIdentityFile(input.agent) },
    { root: "state", path: "workspace/AGENTS.md", content: houseRules },
    { root: "state", path: `agents/${openclawAgentId}/agent/settings.json`, content: asFile(settings) },
  ];
  const warmup: Warmup = { model: warmUpModel, gatewayToken: input.gateway.token };
  const secrets = tokenVariables(input);
  const launch: Launch = {
    ...openclawLaunch,
    env: { ...openclawLaunch.env, ...secrets },
    secretEnv: Object.keys(secrets),
    relay: input.gateway.bind === "lan" ? relayed : null,
  };
  return { generation: sha256OfJson({ files, warmup, launch }), files, warmup, launch };
}

/**
 * A failing provider is not asked again by OpenClaw, which would wait as long as the provider's Retry-After says, put a
 * "Continue the current task" of its own into the conversation, and keep a person waiting for minutes over a fault that
 * they could have been told of at once. A fallback takes over without delay this way. The place of this file is not
 * documented: `test/openclaw-gateway.test.ts` notices when an upgrade stops reading it.
 */
const settings = { retry: { provider: { maxRetries: 0, maxRetryDelayMs: 3000 } } };

function turnRequest(input: TurnRequestInput): GatewayRequest {
  const { text, images = [], client = null } = input;
  const results = client === null ? [] : resultMessages(client);
  const said = results.length > 0 && text === "" ? [] : [{ role: "user", content: contentOf([text], images) }];
  return {
    path: "/v1/chat/completions",
    headers: {
      authorization: `Bearer ${input.gatewayToken}`,
      "content-type": "application/json",
      accept: "text/event-stream",
      "x-openclaw-session-key": sessionKeyOf(input.session),
    },
    body: JSON.stringify({
      model: `openclaw/${openclawAgentId}`,
      stream: true,
      stream_options: { include_usage: true },
      ...(client === null ? {} : clientFields(client)),
      messages: [...results, ...said],
    }),
  };
}

function asFile(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
