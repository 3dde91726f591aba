import { z } from "zod";
import { createAgent } from "./agent.js";
import { sessionUser } from "./identity.js";
import { saveOidc } from "./oidc.js";
import { createProvider } from "./provider.js";

export const onboardingStep = z.enum(["breakglass", "oidc", "provider", "agents", "summary"]);
export type OnboardingStep = z.infer<typeof onboardingStep>;

/**
 * Open to everybody, so that any page knows where to lead. `hasSetupToken` says whether this caller showed the setup token;
 * without it the breakglass step answers 403. `user` is who is signed in here, so that no page has to ask for that too, and
 * `areAgentsIsolated` is told to them once there is a runtime. From the second step on the breakglass session is needed.
 */
export const onboardingStatus = z
  .object({
    isComplete: z.boolean(),
    step: onboardingStep,
    hasSetupToken: z.boolean(),
    isSignedIn: z.boolean(),
    user: sessionUser.nullable(),
    areAgentsIsolated: z.boolean().nullable(),
  })
  .meta({ id: "OnboardingStatus" });
export type OnboardingStatus = z.infer<typeof onboardingStatus>;

/** The setup token travels in this header, never in an address: addresses end up in logs and histories. */
export const setupTokenHeader = "x-mosaic-setup-token";

/** Single sign-on can be set up later too. */
export const onboardingOidc = z
  .discriminatedUnion("skip", [z.strictObject({ skip: z.literal(true) }), saveOidc.extend({ skip: z.literal(false).optional() })])
  .meta({ id: "OnboardingOidc" });
export type OnboardingOidc = z.infer<typeof onboardingOidc>;

export const onboardingProvider = createProvider;

/** What is in front is suggested first. */
export const runtimeKind = z.enum(["docker", "process"]);
export type RuntimeKind = z.infer<typeof runtimeKind>;

export const onboardingAgents = z
  .strictObject({
    runtime: runtimeKind,
    /** The owner of the machine has read that the process runtime does not isolate. */
    acceptsNoIsolation: z.boolean().default(false),
    agent: createAgent,
    /** Whether everybody may use the agent's model, at the cost of its key, and agents of people who choose none use it. */
    sharesModel: z.boolean().default(false),
  })
  .meta({ id: "OnboardingAgents" });
export type OnboardingAgents = z.infer<typeof onboardingAgents>;

export const runtimeOption = z.object({
  kind: runtimeKind,
  isAvailable: z.boolean(),
  isIsolated: z.boolean(),
  detail: z.string(),
});
export type RuntimeOption = z.infer<typeof runtimeOption>;

/** What runs agents here, for every signed-in page: one that does not wall them off has to say so. */
export const currentRuntime = runtimeOption.pick({ kind: true, isIsolated: true, detail: true }).meta({ id: "CurrentRuntime" });
export type CurrentRuntime = z.infer<typeof currentRuntime>;

/** What the agents step offers: the runtimes found, and what has been chosen before (a reload goes on where it was). */
export const onboardingOptions = z
  .object({ runtimes: z.array(runtimeOption), suggested: runtimeKind, isRuntimeFixed: z.boolean() })
  .meta({ id: "OnboardingOptions" });
export type OnboardingOptions = z.infer<typeof onboardingOptions>;
