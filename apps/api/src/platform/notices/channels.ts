import { supervisorStatus } from "@mosaic/contracts/agent-config";
import { ownerEvent } from "@mosaic/contracts/chat";
import { z } from "zod";
import { json } from "../json-codec.js";

/** Settings that belong together: what every process hears when one of them has changed. */
export const settingGroup = z.enum(["key_ring", "outbound", "oidc", "sign_up", "demo_model", "share_links"]);
export type SettingGroup = z.infer<typeof settingGroup>;

/** What lets somebody in and has ended: a browser's session, a program's token, or everything of a user. */
const ending = z.union([z.object({ sessionId: z.string() }), z.object({ tokenId: z.string() }), z.object({ userId: z.string() })]);
export type Ending = z.infer<typeof ending>;

/** Of a turn in flight. `more`: its log has grown. `over`: its answer is final. `stop`: its owner wants it to end. `gone`: its conversation was deleted. */
const turnNotice = z.union([
  z.object({ what: z.enum(["more", "over", "stop"]), answerId: z.uuid() }),
  z.object({ what: z.literal("gone"), conversationId: z.uuid() }),
]);

/** Whose agents are to fetch their configuration again. `null`: everybody's. */
const configurationChange = z.strictObject({ ownerId: z.uuid().nullable() });

/**
 * Everything that processes tell each other: channel → how its payload is read from text and written as text. A payload is told to processes of
 * the release before, too, so one in JSON is only ever added to, and one that is a bare text stays as it is.
 */
export const channels = {
  /** An agent, a provider or an assignment of a model has changed. */
  mosaic_agent_config: z.codec(z.union([z.literal("*"), z.uuid()]), configurationChange, {
    decode: (text) => ({ ownerId: text === "*" ? null : text }),
    encode: ({ ownerId }) => ownerId ?? "*",
  }),
  /** What the supervisor in a container says. */
  mosaic_agent_reports: json(z.object({ agentId: z.string(), status: supervisorStatus })),
  /** A kind of agent was declared, changed or removed. */
  mosaic_backends: z.literal(""),
  /** A place in the queue of boots was taken or left. */
  mosaic_boot_queue: z.literal(""),
  /** What happens to somebody's agents and conversations. `userId` is `null` for an agent that belongs to nobody. */
  mosaic_owner_events: json(z.object({ userId: z.string().nullable(), event: ownerEvent })),
  /** What is open on it is closed. */
  mosaic_sessions: json(ending),
  /** A setting of the group was changed. */
  mosaic_settings: settingGroup,
  /** What happens to a turn in flight. */
  mosaic_turns: json(turnNotice),
} as const satisfies Record<string, z.ZodType<unknown, string>>;

export type Channel = keyof typeof channels;
export type Payload<C extends Channel> = z.output<(typeof channels)[C]>;

/** One thing to tell every process. */
export type Notice = { [C in Channel]: { readonly channel: C; readonly payload: Payload<C> } }[Channel];

export const channelNames = Object.keys(channels) as Channel[];

/** The payload as Postgres carries it. Throws on one that its channel doesn't know, so that nothing goes out that nobody can read. */
export function written({ channel, payload }: Notice): string {
  const schema: z.ZodType<unknown, string> = channels[channel];
  return z.encode(schema, payload);
}

/** `undefined` for what the channel doesn't know. */
export function read<C extends Channel>(channel: C, text: string): Payload<C> | undefined {
  const schema: z.ZodType<unknown, string> = channels[channel];
  return z.safeDecode(schema, text).data as Payload<C> | undefined;
}
