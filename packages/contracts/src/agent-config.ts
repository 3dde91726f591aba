import { z } from "zod";

/** `run` is memory-backed and ends with the container; `state` is the agent's volume. */
export const bundleRoot = z.enum(["run", "state"]);

export const bundleFile = z.object({ root: bundleRoot, path: z.string(), content: z.string() });
export type BundleFile = z.infer<typeof bundleFile>;

export const warmup = z.object({ model: z.string(), gatewayToken: z.string() });
export type Warmup = z.infer<typeof warmup>;

/** A line is meant when it has one of these in it. */
const anyOf = z.array(z.string().min(1));

/**
 * What a supervisor runs, and how it knows what that does. Whatever the supervisor alone knows is written in braces: `{run}`, `{state}`,
 * `{software}` (the folder with the installed software), `{port}`, `{node}`, and out of the warm-up `{model}` and `{gatewayToken}`.
 */
export const launch = z
  .object({
    command: z.string(),
    args: z.array(z.string()),
    /** Comes on top of what the supervisor passes on of its own environment. */
    env: z.record(z.string(), z.string()),
    /**
     * The software trusts only who comes from its own loopback: what comes to the container's other addresses goes on to it there, at the same port.
     * `args` come on top of the others, so that it listens nowhere else. `null`: it listens for everybody itself.
     */
    relay: z.object({ args: z.array(z.string()) }).nullable(),
    /** The names of those of `env` whose values are secrets. */
    secretEnv: z.array(z.string()),
    /** The file of `run` that the software can't start without, and takes over by itself when it changes. `null`: it has none of the kind. */
    configFile: z.string().nullable(),
    /** Files, as `root/path`, that the software reads again by itself. */
    liveFiles: z.array(z.string()),
    /** Answers 200 once turns can be served, without a token. `port: null`: the one that the supervisor was given. */
    readiness: z.object({ path: z.string(), port: z.number().int().min(1).max(65_535).nullable() }),
    /**
     * What the log says when a changed configuration is in effect, and of that what means that it was refused. Silence for `patienceMs` is consent.
     * `null`: the software reads its variables and files at its start, but for `liveFiles`: a change of the others needs another start.
     */
    reload: z.object({ lines: anyOf, refusals: anyOf, patienceMs: z.number().int().min(0) }).nullable(),
    /** The file or folder of `state` that holds what was said: without it, there is no memory. `null`: whatever lies there is the memory. */
    memoryFile: z.string().nullable(),
    /** What the log says that its caller is not told. */
    log: z.object({
      /**
       * Why a turn failed. A line is meant when it has all words of one list. The turn's id stands after `idAfter`, and begins with `idStart`.
       * What is told begins where one of `tellFrom` stands.
       */
      turnFault: z.object({ lines: z.array(anyOf), idAfter: z.string().min(1), idStart: z.string(), tellFrom: anyOf }).nullable(),
      /** Why a boot failed that ends with one of these codes: the machine was too busy. */
      tooBusy: z.object({ lines: anyOf, exitCodes: z.array(z.number().int()) }).nullable(),
    }),
    /** Puts right what a dead process left in its own SQLite databases, before the next one starts. `:now` is the time in milliseconds. */
    repairs: z.array(z.object({ name: z.string(), database: z.string(), tables: z.array(z.string()), statements: z.array(z.string()) })),
    /** One throw-away turn after the start, against the canned model that listens on the next port. `failure` in the answer means that it failed. */
    warmUp: z.object({ path: z.string(), headers: z.record(z.string(), z.string()), body: z.string(), failure: z.string() }).nullable(),
  })
  .meta({ id: "AgentLaunch" });
export type Launch = z.infer<typeof launch>;

/**
 * All that a container needs: what its supervisor writes and then keeps up to date, and what it runs. `generation` is the SHA-256 of the rest.
 * A supervisor leaves alone what it does not know, and has a `launch` of its image's for a Mosaic that sends none.
 */
export const bundle = z
  .object({ generation: z.string(), files: z.array(bundleFile), warmup: warmup.nullable(), launch })
  .meta({ id: "AgentBundle" });
export type Bundle = z.infer<typeof bundle>;

export const bundleQuery = z.object({
  after: z.string().max(128).optional(),
  waitSeconds: z.coerce.number().int().min(0).max(60).default(0),
  /** Where the asking container's gateway listens. It matters to that container's own files only. */
  port: z.coerce.number().int().min(1).max(65_534).optional(),
  /** Where the software reads its tokens. `files`: a supervisor of before, which knows no other place. */
  tokens: z.enum(["files", "environment"]).default("files"),
});
export type BundleQuery = z.infer<typeof bundleQuery>;

export const configQuery = bundleQuery.pick({ port: true });
export type ConfigQuery = z.infer<typeof configQuery>;

export const supervisorStatus = z
  .strictObject({
    /** `outdated`: what came last needs another start. `turn_failed`: of one turn, what the gateway tells its log and not its caller. */
    phase: z.enum(["starting", "waiting", "warming", "ready", "applied", "outdated", "failed", "turn_failed"]),
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

/** `isAwaited`: somebody waits for an answer of this agent. */
export const supervisorStatusAnswer = z.object({ isAwaited: z.boolean() }).meta({ id: "SupervisorStatusAnswer" });
export type SupervisorStatusAnswer = z.infer<typeof supervisorStatusAnswer>;
