import { z } from "zod";

/** `run` is memory-backed and ends with the container; `state` is the agent's volume. */
export const bundleRoot = z.enum(["run", "state"]);

export const bundleFile = z.object({ root: bundleRoot, path: z.string(), content: z.string() });
export type BundleFile = z.infer<typeof bundleFile>;

export const warmup = z.object({ model: z.string(), gatewayToken: z.string() });
export type Warmup = z.infer<typeof warmup>;

/** All that a container needs: what its supervisor writes and then keeps up to date. `generation` is the SHA-256 of the rest. */
export const bundle = z
  .object({ generation: z.string(), files: z.array(bundleFile), warmup: warmup.nullable() })
  .meta({ id: "AgentBundle" });
export type Bundle = z.infer<typeof bundle>;

export const bundleQuery = z.object({
  after: z.string().max(128).optional(),
  waitSeconds: z.coerce.number().int().min(0).max(60).default(0),
});
export type BundleQuery = z.infer<typeof bundleQuery>;

export const supervisorStatus = z
  .strictObject({
    /** `turn_failed`: of one turn, what the gateway tells its log and not its caller. */
    phase: z.enum(["starting", "waiting", "warming", "ready", "applied", "failed", "turn_failed"]),
    /** With `turn_failed`: which turn, as the gateway names it to its caller too. */
    runId: z
      .string()
      .max(80)
      .regex(/^[\w-]+$/)
      .optional(),
    generation: z.string().max(128).optional(),
    detail: z.string().max(500).optional(),
    /** Which volume it found. `isNew`: it had no mark. `isEmpty`: it had no memory either. */
    state: z.strictObject({ mark: z.uuid(), isNew: z.boolean(), isEmpty: z.boolean() }).optional(),
  })
  .meta({ id: "SupervisorStatus" });
export type SupervisorStatus = z.infer<typeof supervisorStatus>;
