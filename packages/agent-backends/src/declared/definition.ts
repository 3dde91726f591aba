import type { AgentTools } from "@mosaic/contracts/agent";
import type { DeclaredBackend } from "@mosaic/contracts/declared-backend";
import { hasPlaceholder, type PlaceholderName } from "@mosaic/contracts/declared-template";
import type { BackendDefinition, ChangeMoment } from "../backend-definition.js";
import { explainError } from "../openclaw-failure.js";
import { explainDeclaredResponse } from "./declared-failure.js";
import { renderDeclared, runDir } from "./declared-render.js";
import { openDeclaredStream } from "./declared-stream.js";
import { declaredTurnRequest } from "./declared-turn.js";

const mebibyte = 1024 ** 2;

/** Mosaic's supervisor needs 60 MB of them. No admin may set less for any kind. */
const minimumBytes = 256 * mebibyte;

/** What a declared agent can do is its software's business: nothing of it can be switched from here. */
const noTools: AgentTools = { files: false, web: false, shell: false, browser: false, sessions: false };

/** What Mosaic knows of a kind of agent that an admin declared. */
export function definitionOf(declared: DeclaredBackend): BackendDefinition<string> {
  const { id, label, description, image, limits, port, stateDir, user, writesRoot, readyPath } = declared;
  return {
    id,
    label,
    description,
    capabilities: {
      tools: [],
      showsTools: false,
      showsThoughts: false,
      takesImages: false,
      changes: {
        model: momentOf(declared, ["LLM_MODEL", "LLM_BASE_URL"]) ?? (declared.model.send === "configured" ? "turn" : "restart"),
        personality: momentOf(declared, ["AGENT_PERSONALITY"]) ?? "restart",
      },
    },
    defaults: {
      image,
      memoryLimitBytes: limits.memoryBytes,
      nanoCpus: limits.nanoCpus,
      pidsLimit: limits.pids,
      stateLimitBytes: limits.stateBytes,
      readyTimeoutMs: declared.readyTimeoutMs,
      idleTimeoutSeconds: declared.idleTimeoutSeconds,
      tools: noTools,
    },
    container: { port, stateDir, runDir, command: null, environment: {}, user, supervisor: "mounted", writesRoot },
    models: "relay",
    installation: null,
    workspace: { folder: "workspace", inbox: "inbox", outbox: "outbox" },
    // Many take texts alone. An image lies in the inbox, as any other file does.
    images: { maxBytes: 0, maxTotalBytes: 0 },
    gateway: { probe: { readinessPath: readyPath, tokenProofPath: "/v1/models" } },
    memory: { minimumBytes, comfortableBytes: limits.memoryBytes },
    render: (input) => renderDeclared(declared, input),
    turnRequest: (input) => declaredTurnRequest(declared, input),
    clientTools: false,
    takesHistory: declared.history === "whole",
    openStream: openDeclaredStream,
    socket: null,
    explainResponse: explainDeclaredResponse,
    // Its supervisor passes on no line of its log: nobody knows what they mean.
    explainLogLine: (line, turn) => ({ type: "failure", ...explainError({ message: line }, turn) }),
    isTooBusy: () => false,
  };
}

/** When a change of what these stand for is taken over. `null`: they stand nowhere. */
function momentOf({ command, environment, files }: DeclaredBackend, names: readonly PlaceholderName[]): ChangeMoment | null {
  const isIn = (template: string): boolean => hasPlaceholder(template, ...names);
  const atStart = files.filter(({ reads }) => reads === "start").map(({ content }) => content);
  if ([...command, ...Object.values(environment), ...atStart].some(isIn)) return "restart";
  return files.some(({ content }) => isIn(content)) ? "turn" : null;
}
