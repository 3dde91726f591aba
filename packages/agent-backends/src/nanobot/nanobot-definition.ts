import { defaultAgentTools } from "@mosaic/contracts/agent";
import type { Bundle, BundleFile } from "@mosaic/contracts/agent-config";
import type { GatewayRequest, RenderInput, TurnRequestInput } from "../agent-backend.js";
import type { BackendDefinition } from "../backend-definition.js";
import { sha256OfJson } from "../canonical-json.js";
import { contentOf } from "../chat-content.js";
import { explainError } from "../openclaw-failure.js";
import { renderSoul } from "../openclaw-workspace.js";
import { renderNanobotConfig } from "./nanobot-config.js";
import { explainNanobotResponse } from "./nanobot-failure.js";
import { nanobotLaunch } from "./nanobot-launch.js";
import { openNanobotStream } from "./nanobot-stream.js";
import { nanobotWorkspace, renderNanobotRules } from "./nanobot-workspace.js";

const mebibyte = 1024 ** 2;

/** The same as `docker/nanobot/Dockerfile` installs. */
const version = "0.3.0";

/** nanobot needs 112 MB before its first turn, Mosaic's supervisor beside it 60 MB, and what an agent runs in its shell comes on top. */
const memory = { minimumBytes: 256 * mebibyte, comfortableBytes: 512 * mebibyte } as const;

/** nanobot of HKUDS, spoken to over the HTTP API of `nanobot serve`. */
export const nanobotDefinition: BackendDefinition<"nanobot"> = {
  id: "nanobot",
  label: "nanobot",
  description: "Small and quick to wake: works with files, the web and a shell in little memory.",
  capabilities: {
    tools: ["files", "web", "shell"],
    showsTools: false,
    showsThoughts: false,
    takesImages: true,
    changes: { model: "restart", personality: "turn" },
  },
  defaults: {
    image: `mosaic/nanobot:${version}`,
    memoryLimitBytes: memory.comfortableBytes,
    nanoCpus: 1_000_000_000,
    pidsLimit: 128,
    stateLimitBytes: 2 * 1024 * mebibyte,
    readyTimeoutMs: 120_000,
    idleTimeoutSeconds: 1800,
    tools: defaultAgentTools,
  },
  container: {
    port: 8900,
    stateDir: "/home/nanobot/.nanobot",
    runDir: "/run/mosaic",
    command: null,
    environment: {},
    user: 1000,
    supervisor: "mounted",
    writesRoot: false,
  },
  models: "relay",
  installation: null,
  workspace: nanobotWorkspace,
  // It refuses a larger one, and a body of more than 20 MiB, in which an image is a third larger.
  images: { maxBytes: 10 * mebibyte, maxTotalBytes: 14 * mebibyte },
  gateway: { probe: { readinessPath: "/health", tokenProofPath: "/v1/models" } },
  memory,
  render,
  turnRequest,
  clientTools: false,
  takesHistory: false,
  openStream: openNanobotStream,
  socket: null,
  explainResponse: explainNanobotResponse,
  // Its supervisor passes on no line of its log: nanobot tells its caller as much as it writes there.
  explainLogLine: (line, turn) => ({ type: "failure", ...explainError({ message: line }, turn) }),
  isTooBusy: () => false,
};

function render(input: RenderInput): Bundle {
  const files: BundleFile[] = [
    { root: "state", path: "config.json", content: `${JSON.stringify(renderNanobotConfig(input), null, 2)}\n` },
    { root: "state", path: "workspace/SOUL.md", content: renderSoul(input.agent) },
    { root: "state", path: "workspace/AGENTS.md", content: renderNanobotRules(input.agent) },
  ];
  const launch = nanobotLaunch(input);
  return { generation: sha256OfJson({ files, warmup: null, launch }), files, warmup: null, launch };
}

/** It takes one message of the person and nothing else. It has one model, and refuses every name but that one's: none is sent. */
function turnRequest({ gatewayToken, session, text, images = [] }: TurnRequestInput): GatewayRequest {
  return {
    path: "/v1/chat/completions",
    headers: { authorization: `Bearer ${gatewayToken}`, "content-type": "application/json", accept: "text/event-stream" },
    body: JSON.stringify({ session_id: `conv-${session}`, stream: true, messages: [{ role: "user", content: contentOf([text], images) }] }),
  };
}
