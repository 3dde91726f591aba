import { z } from "zod";

/** `assistant`: what the agent says to its owner. `system`: a note of what goes on. `error`: something went wrong on its side. */
export const agentEventKind = z.enum(["system", "assistant", "error"]);
export type AgentEventKind = z.infer<typeof agentEventKind>;

export const agentEventMaxCharacters = 4_000;

/** What an agent's container says without being asked. */
export const sayAgentEvent = z
  .strictObject({
    kind: agentEventKind,
    text: z
      .string()
      .max(agentEventMaxCharacters)
      .refine((value) => value.trim() !== "", "Say something"),
    /** Of this agent. Absent: the one that was spoken in last, or a new one. */
    conversationId: z.uuid().optional(),
    /** The same one again within a day stores nothing, and answers as the first time. */
    idempotencyKey: z.string().min(1).max(200).optional(),
  })
  .meta({ id: "SayAgentEvent" });
export type SayAgentEvent = z.infer<typeof sayAgentEvent>;

/** Where it is now. */
export const saidAgentEvent = z.object({ conversationId: z.uuid(), messageId: z.uuid() }).meta({ id: "SaidAgentEvent" });
export type SaidAgentEvent = z.infer<typeof saidAgentEvent>;
