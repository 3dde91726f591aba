import { z } from "zod";
import { says } from "./field-faults.js";
import {
  agentToolGroup,
  agentTools,
  backendId,
  containerStatus,
  createAgent,
  diskUse,
  maxIdleTimeoutSeconds,
  storedBackendId,
} from "./agent.js";
import { boundedCount, searchText } from "./paging.js";

/** That a container runs, never what is in it. */
export const containerView = z.object({
  agentId: z.uuid(),
  agentName: z.string(),
  /** `null`: a system agent. */
  owner: z.object({ id: z.uuid(), username: z.string(), displayName: z.string() }).nullable(),
  backend: storedBackendId,
  status: containerStatus,
  since: z.iso.datetime(),
  lastActiveAt: z.iso.datetime().nullable(),
  errorCode: z.string().nullable(),
  disk: diskUse,
});
export type ContainerView = z.infer<typeof containerView>;

/** A place in the list, as an answer names it: only to be sent back. */
const containerCursor = z.string().regex(/^\d{1,15}\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, says.place_of_answer);

/** Sorted by the last change of state, the newest first. */
export const containerListQuery = z
  .strictObject({
    /** Part of the name of an agent or of its owner. */
    search: searchText.optional(),
    status: containerStatus.optional(),
    /** Those that follow this place. */
    after: containerCursor.optional(),
    /** Those that come just before this place. */
    before: containerCursor.optional(),
    pageSize: z.coerce.number().int().min(1).max(100).default(50),
  })
  .refine(({ after, before }) => after === undefined || before === undefined, { path: ["before"], message: says.after_or_before })
  .meta({ id: "ContainerListQuery" });
export type ContainerListQuery = z.infer<typeof containerListQuery>;

export const containerList = z
  .object({
    containers: z.array(containerView),
    /** Of the whole installation, whatever is searched for. */
    running: boundedCount,
    /** Where the pages before and after this one begin; `null` where there is none. */
    previous: containerCursor.nullable(),
    next: containerCursor.nullable(),
  })
  .meta({ id: "ContainerList" });
export type ContainerList = z.infer<typeof containerList>;

const mebibyte = 1024 * 1024;

export const backendSettings = z
  .object({
    id: backendId,
    label: z.string(),
    image: z.string(),
    memoryLimitBytes: z.int(),
    /** Of one agent: with less than the minimum it dies in its first turn, and such a limit is refused. */
    memoryNeeds: z.object({ minimumBytes: z.int(), comfortableBytes: z.int() }),
    nanoCpus: z.int(),
    pidsLimit: z.int(),
    stateLimitBytes: z.int(),
    readyTimeoutMs: z.int(),
    defaultIdleTimeoutSeconds: z.int(),
    defaultTools: agentTools,
    /** Whether a new agent may be of it. */
    isOffered: z.boolean(),
    /** An admin declared it. */
    isDeclared: z.boolean(),
    /** Why it can't run here. Absent: it can. */
    unavailable: z.string().optional(),
    agentCount: boundedCount,
  })
  .meta({ id: "BackendSettings" });
export type BackendSettings = z.infer<typeof backendSettings>;

export const backendList = z.object({ backends: z.array(backendSettings) }).meta({ id: "BackendList" });
export type BackendList = z.infer<typeof backendList>;

/** An image reference as registries write it: `registry:5000/name/space:tag@sha256:…`. */
export const imageName = z
  .string()
  .trim()
  .min(1)
  .max(300)
  .regex(
    /^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*(?::\d{1,5})?\/)?[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/,
    says.image_name,
  );

export const updateBackend = z
  .strictObject({
    image: imageName,
    memoryLimitBytes: z
      .int()
      .min(256 * mebibyte)
      .max(1024 * 1024 * mebibyte),
    nanoCpus: z.int().min(100_000_000).max(256_000_000_000),
    pidsLimit: z.int().min(32).max(65_536),
    stateLimitBytes: z
      .int()
      .min(256 * mebibyte)
      .max(16 * 1024 * 1024 * mebibyte),
    readyTimeoutMs: z.int().min(10_000).max(900_000),
    defaultIdleTimeoutSeconds: z.int().min(0).max(maxIdleTimeoutSeconds),
    defaultTools: agentTools,
    isOffered: z.boolean(),
  })
  .partial()
  .meta({ id: "UpdateBackend" });
export type UpdateBackend = z.infer<typeof updateBackend>;

export const imageCheck = z
  .object({ outcome: z.enum(["present", "missing", "engine_unreachable"]), message: z.string() })
  .meta({ id: "ImageCheck" });
export type ImageCheck = z.infer<typeof imageCheck>;

/** What a member needs to know of the backends to make an agent. */
export const backendChoices = z
  .object({
    backends: z.array(
      z.object({
        id: backendId,
        label: z.string(),
        /** What it is good at, in a sentence. */
        description: z.string(),
        defaultIdleTimeoutSeconds: z.int(),
        defaultTools: agentTools,
        /** The groups of tools that it has. The others of `AgentTools` mean nothing to it. */
        tools: z.array(agentToolGroup),
        /** Why it can't run here. Absent: it can. */
        unavailable: z.string().optional(),
      }),
    ),
  })
  .meta({ id: "BackendChoices" });
export type BackendChoices = z.infer<typeof backendChoices>;

/** Always on: it has no idle timeout. */
export const createSystemAgent = createAgent.omit({ idleTimeoutSeconds: true }).meta({ id: "CreateSystemAgent" });
export type CreateSystemAgent = z.infer<typeof createSystemAgent>;

export const logsQuery = z.strictObject({ lines: z.coerce.number().int().min(1).max(1000).default(200) }).meta({ id: "LogsQuery" });
export type LogsQuery = z.infer<typeof logsQuery>;

/** The newest last. Secrets are blacked out. */
export const agentLogs = z.object({ lines: z.array(z.string()), isComplete: z.boolean() }).meta({ id: "AgentLogs" });
export type AgentLogs = z.infer<typeof agentLogs>;

export const agentDeletionSummary = z
  .object({ conversations: z.int(), messages: z.int(), hasState: z.boolean() })
  .meta({ id: "AgentDeletionSummary" });
export type AgentDeletionSummary = z.infer<typeof agentDeletionSummary>;
