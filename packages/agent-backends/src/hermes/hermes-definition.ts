import { defaultAgentTools } from "@mosaic/contracts/agent";
import type { Bundle, BundleFile } from "@mosaic/contracts/agent-config";
import type { RenderInput } from "../agent-backend.js";
import type { BackendDefinition } from "../backend-definition.js";
import { sha256OfJson } from "../canonical-json.js";
import { explainError } from "../openclaw-failure.js";
import { renderSoul } from "../openclaw-workspace.js";
import { renderHermesConfig } from "./hermes-config.js";
import { explainHermesResponse } from "./hermes-failure.js";
import { hermesLaunch } from "./hermes-launch.js";
import { openHermesStream } from "./hermes-stream.js";
import { hermesTurnRequest } from "./hermes-turn.js";
import { hermesWorkspace, renderHermesRules } from "./hermes-workspace.js";

const mebibyte = 1024 ** 2;

/** Hermes has 210 MB resident, Mosaic's supervisor beside it 60 MB, and what an agent runs in its shell or its browser comes on top. */
const memory = { minimumBytes: 512 * mebibyte, comfortableBytes: 1024 * mebibyte } as const;

/** Base64 makes an image a third larger, and a body may have 10 million bytes with the message's text in it. */
const maxImageBytes = 6 * mebibyte;

/** Hermes Agent of Nous Research, spoken to over the HTTP API of its gateway. */
export const hermesDefinition: BackendDefinition<"hermes"> = {
  id: "hermes",
  label: "Hermes Agent",
  description: "Learns as it works: keeps notes and skills of its own, and works with files, a shell, the web and a browser.",
  capabilities: {
    tools: ["files", "web", "shell", "browser", "sessions"],
    showsTools: true,
    showsThoughts: false,
    takesImages: true,
    // It keeps what it has told the model of itself for as long as the conversation lasts.
    changes: { model: "turn", personality: "conversation" },
  },
  defaults: {
    image: "nousresearch/hermes-agent:v0.19.0",
    memoryLimitBytes: memory.comfortableBytes,
    nanoCpus: 1_000_000_000,
    pidsLimit: 256,
    stateLimitBytes: 2 * 1024 * mebibyte,
    readyTimeoutMs: 120_000,
    idleTimeoutSeconds: 1800,
    tools: defaultAgentTools,
  },
  container: {
    port: 8642,
    stateDir: "/opt/data",
    runDir: "/run/mosaic",
    command: null,
    environment: {},
    user: 10_000,
    supervisor: "mounted",
    writesRoot: false,
  },
  models: "relay",
  installation: null,
  workspace: hermesWorkspace,
  images: { maxBytes: maxImageBytes, maxTotalBytes: maxImageBytes },
  gateway: { probe: { readinessPath: "/health", tokenProofPath: "/v1/models" } },
  memory,
  render,
  turnRequest: hermesTurnRequest,
  clientTools: false,
  takesHistory: false,
  openStream: openHermesStream,
  socket: null,
  explainResponse: explainHermesResponse,
  // Its supervisor passes on no line of its log: Hermes tells its caller as much as it writes there.
  explainLogLine: (line, turn) => ({ type: "failure", ...explainError({ message: line }, turn) }),
  isTooBusy: () => false,
};

function render(input: RenderInput): Bundle {
  const files: BundleFile[] = [
    { root: "state", path: "config.yaml", content: renderHermesConfig(input) },
    // What stands in it beats the variables that Hermes is started with, its key among them. An agent's own lines would lock Mosaic out for ever.
    { root: "state", path: ".env", content: "# Written by Mosaic: variables come with the start.\n" },
    { root: "state", path: "SOUL.md", content: renderSoul(input.agent) },
    { root: "state", path: "workspace/AGENTS.md", content: renderHermesRules(input.agent) },
  ];
  const launch = hermesLaunch(input);
  return { generation: sha256OfJson({ files, warmup: null, launch }), files, warmup: null, launch };
}
