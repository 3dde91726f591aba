import { z } from "zod";
import { says } from "./field-faults.js";
import { modelId } from "./provider.js";

/** The kinds of agents that come with Mosaic, in the order in which they are offered. */
export const builtInBackendId = z.enum(["openclaw", "hermes", "nanobot"]);
export type BuiltInBackendId = z.infer<typeof builtInBackendId>;

/** Of a kind of agent: one that comes with Mosaic, or one that an admin declared. */
export const backendId = z
  .string()
  .max(40)
  .regex(/^[a-z][a-z0-9-]{1,39}$/);
export type BackendId = z.infer<typeof backendId>;

/** What an agent was made of: a `BackendId`, or one that only another version of Mosaic knows. Such an agent is shown and does not start. */
export const storedBackendId = z.string();

export const agentToolGroup = z.enum(["files", "web", "shell", "browser", "sessions"]);
export type AgentToolGroup = z.infer<typeof agentToolGroup>;

/** Groups of an agent's tools that its owner switches; what a group means is the backend's business. */
export const agentTools = z.strictObject({
  files: z.boolean(),
  web: z.boolean(),
  shell: z.boolean(),
  browser: z.boolean(),
  sessions: z.boolean(),
});
export type AgentTools = z.infer<typeof agentTools>;

export const defaultAgentTools: AgentTools = { files: true, web: true, shell: false, browser: false, sessions: true };

export const modelChoice = z.strictObject({ providerId: z.uuid(), model: modelId });
export type ModelChoice = z.infer<typeof modelChoice>;

export const maxIdleTimeoutSeconds = 7 * 24 * 3600;

export const maxSuggestions = 4;
export const suggestionMaxCharacters = 200;

const agentFields = {
  name: z.string().trim().min(1).max(60),
  emoji: z
    .string()
    .trim()
    .max(16)
    .regex(/^[^\p{Cc}]*$/u, says.control_characters),
  personality: z.string().max(20_000),
  tools: agentTools,
  model: modelChoice.nullable(),
  fallbacks: z.array(modelChoice).max(3),
  /** 0 = never stopped for being idle. */
  idleTimeoutSeconds: z.int().min(0).max(maxIdleTimeoutSeconds),
  /** What an empty chat offers to ask. `null`: what suits its tools; none: nothing. */
  suggestions: z.array(z.string().trim().min(1).max(suggestionMaxCharacters)).max(maxSuggestions).nullable(),
};

export const createAgent = z
  .strictObject({
    backend: backendId.default("openclaw"),
    name: agentFields.name,
    /** Absent: one that follows from the name. */
    emoji: agentFields.emoji.optional(),
    personality: agentFields.personality.default(""),
    /** Absent: what the backend gives a new agent. */
    tools: agentFields.tools.optional(),
    model: agentFields.model.default(null),
    fallbacks: agentFields.fallbacks.default([]),
    idleTimeoutSeconds: agentFields.idleTimeoutSeconds.optional(),
    suggestions: agentFields.suggestions.default(null),
  })
  .meta({ id: "CreateAgent" });
export type CreateAgent = z.infer<typeof createAgent>;

export const updateAgent = z.strictObject(agentFields).partial().meta({ id: "UpdateAgent" });
export type UpdateAgent = z.infer<typeof updateAgent>;

export const containerStatus = z.enum(["stopped", "starting", "running", "stopping", "error"]);
export type ContainerStatus = z.infer<typeof containerStatus>;

export const startStage = z.enum(["installing", "pulling", "building", "queued", "creating", "starting", "waiting", "ready"]);
export type StartStage = z.infer<typeof startStage>;

/** When a boot began, and what boots of this backend took on this machine before; `null`: there was none. */
export const startPace = z.object({ begunAt: z.iso.datetime(), usualMs: z.int().nullable(), longestMs: z.int().nullable() });
export type StartPace = z.infer<typeof startPace>;

/** How far a start has come; `percent` only where the outside world tells it (pulling, installing). */
export const stageProgress = z.object({
  stage: startStage,
  percent: z.number().min(0).max(100).nullable(),
  detail: z.string().nullable(),
  /** While `queued`: 1 is the next one. */
  place: z.int().min(1).optional(),
  /** From when its turn has come. */
  pace: startPace.optional(),
});
export type StageProgress = z.infer<typeof stageProgress>;

export const modelSource = z.enum(["agent", "user-backend", "user-all", "admin-backend", "admin-all"]);

/** Which model an agent would use now, and which setting says so. */
export const effectiveModel = z
  .object({
    source: modelSource,
    providerId: z.uuid(),
    providerName: z.string(),
    isShared: z.boolean(),
    model: z.string(),
    /** Its provider writes down what one dictates. Absent: it does not. */
    canDictate: z.literal(true).optional(),
  })
  .meta({ id: "EffectiveModel" });
export type EffectiveModel = z.infer<typeof effectiveModel>;

/** What an agent keeps on the disk. `bytes` is `null` until it was measured. */
export const diskUse = z.object({ bytes: z.int().nullable(), limitBytes: z.int() });
export type DiskUse = z.infer<typeof diskUse>;

export const agent = z
  .object({
    id: z.uuid(),
    backend: storedBackendId,
    ...agentFields,
    /** A release of before says none. */
    suggestions: agentFields.suggestions.default(null),
    /** `null`: there is none, and the agent can't start. */
    effectiveModel: effectiveModel.nullable(),
    /** A change that needs a restart waits for the end of the answer in flight. */
    isRestartPending: z.boolean(),
    status: containerStatus,
    stage: stageProgress.nullable(),
    error: z.object({ code: z.string(), detail: z.string() }).nullable(),
    disk: diskUse,
    lastActiveAt: z.iso.datetime().nullable(),
    /** When it started with an empty volume, or another's, in place of its own. Absent: never. */
    memoryLostAt: z.iso.datetime().optional(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: "Agent" });
export type Agent = z.infer<typeof agent>;

export const agentList = z.object({ agents: z.array(agent) }).meta({ id: "AgentList" });
export type AgentList = z.infer<typeof agentList>;

/** Of whoever enters the chat. `agent` is `null` for somebody who has deleted theirs, and as long as nobody has set a model that theirs could use. */
export const firstAgent = z
  .object({ agent: agent.nullable(), reason: z.enum(["had_agent", "no_model"]).nullable() })
  .meta({ id: "FirstAgent" });
export type FirstAgent = z.infer<typeof firstAgent>;
