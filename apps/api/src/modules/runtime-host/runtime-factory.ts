import type { RuntimeKind } from "@mosaic/contracts/onboarding";
import type { AgentRuntime } from "@mosaic/runtime/agent-runtime";
import type { Env } from "../../platform/config/env.js";

/** Makes a driver. Tests put another one in its place, at the port. */
export type RuntimeFactory = (kind: RuntimeKind, context: { env: Env; instanceId: string }) => AgentRuntime;

export const RUNTIME_FACTORY = Symbol("RUNTIME_FACTORY");
