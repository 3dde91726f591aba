import type { AgentTools, BackendId } from "@mosaic/contracts/agent";
import type { Bundle } from "@mosaic/contracts/agent-config";
import type { PartEvent, TokenUsage } from "@mosaic/contracts/message-parts";
import type { ProviderKind, ProviderModel } from "@mosaic/contracts/provider";
import type { ProviderDialect } from "@mosaic/contracts/provider-dialect";

/** A provider with its key opened, as a renderer needs it. `baseUrl` is as the container reaches it. */
export interface RenderedProvider {
  readonly id: string;
  readonly version: number;
  readonly kind: ProviderKind;
  readonly baseUrl: string;
  readonly apiKey: string | null;
  readonly models: readonly ProviderModel[];
  /** What was found about it by asking. */
  readonly dialect: ProviderDialect;
}

export interface ResolvedModel {
  readonly provider: RenderedProvider;
  readonly model: string;
}

/** All that an agent's files are made of. Pure data: the same input renders the same bytes. */
export interface RenderInput {
  readonly agent: {
    readonly id: string;
    readonly name: string;
    readonly emoji: string;
    readonly personality: string;
    readonly tools: AgentTools;
  };
  /** The first is the one in use, the others are fallbacks in their order. */
  readonly models: readonly [ResolvedModel, ...ResolvedModel[]];
  readonly gateway: {
    readonly token: string;
    readonly port: number;
    /** `lan` inside a container, `loopback` for a child process. */
    readonly bind: "lan" | "loopback";
  };
  /** What the agent shows to Mosaic's LLM relay. */
  readonly relayToken: string;
  /** Where the software finds the tokens, which are new at each start. `files`: for a supervisor of before. */
  readonly tokensIn: "files" | "environment";
  /** As the agent sees it: the container's path, or the child's own folder. */
  readonly stateDir: string;
  /** False in the process runtime: tools that reach beyond the workspace are denied whatever the agent's settings say. */
  readonly isIsolated: boolean;
  /** Of authorities that the agent trusts beside its system's, each as PEM. */
  readonly trustedCertificates?: readonly string[];
}

/** An image that a model is shown along with a message. */
export interface GatewayImage {
  readonly name: string;
  readonly mediaType: string;
  readonly base64: string;
}

/** A call of a program's tool, as the program was told it. */
export interface ClientCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

export interface ClientResult {
  readonly callId: string;
  readonly content: string;
}

/** What a program brings of tools that it runs itself, in the form of OpenAI's chat completions. */
export interface ClientTools {
  readonly tools: readonly unknown[];
  readonly toolChoice?: unknown;
  /** The calls that the results are of. */
  readonly calls?: readonly ClientCall[];
  /** What the calls of an earlier turn of the same session have come to. */
  readonly results?: readonly ClientResult[];
}

/** One turn over HTTP. Without a text it only brings results. */
export interface TurnRequestInput {
  readonly gatewayToken: string;
  readonly session: string;
  readonly text: string;
  readonly images?: readonly GatewayImage[];
  readonly client?: ClientTools | null;
  /** What was said before, for software that keeps no conversation itself. */
  readonly history?: readonly { readonly role: "user" | "assistant"; readonly content: string }[];
  /** The agent's model, for software that wants to be told. */
  readonly model?: string;
}

/** One turn as the backend's gateway wants it. */
export interface GatewayRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * What a backend's stream means, independent of the backend. `tool_call` is the call as it stands now, known by its id. `usage` is of the whole turn so
 * far, `model` the one that it is of: `null` if several, absent if the gateway does not say. `failure` and `end` end a turn.
 */
export type GatewayEvent =
  | PartEvent
  | { readonly type: "usage"; readonly usage: TokenUsage; readonly model?: string | null }
  | ({ readonly type: "failure" } & GatewayFailure)
  | { readonly type: "end" };

/** How a turn ended. */
export type GatewayEnding = Extract<GatewayEvent, { type: "failure" | "end" }>;

/** What was known of a turn when its end came. */
export interface TurnSoFar {
  readonly elapsedMs: number;
  readonly hasText: boolean;
}

export type GatewayFailureCode =
  | "provider_key_refused"
  | "provider_rate_limited"
  | "provider_failed"
  | "provider_unreachable"
  | "provider_timeout"
  | "provider_model_missing"
  | "answer_cut"
  | "agent_broke_off"
  | "invalid_input";

export interface GatewayFailure {
  readonly code: GatewayFailureCode;
  /** Plain words that say what to do. Keys and tokens are blacked out. */
  readonly detail: string;
  /** The gateway keeps the true words to itself. Its log has them, under this id of the turn. */
  readonly untoldRunId?: string;
}

/** Reads one turn's stream, cut anywhere. After a `failure` or an `end` it says nothing more. */
export interface GatewayStream {
  push(chunk: Uint8Array | string): readonly GatewayEvent[];
  /** The connection ended: without an `end` before, the agent broke off. */
  close(): readonly GatewayEvent[];
}

/** One turn, for a gateway that holds a conversation over a WebSocket. */
export interface DialogueInput {
  readonly gatewayToken: string;
  /** The conversation's id, the id of a branch that has a session of its own, or what a fork was called. */
  readonly session: string;
  /** Of the answer. The gateway knows the turn by it. */
  readonly turnId: string;
  readonly text: string;
  /** Emptied by whoever made them once the gateway has the message. */
  readonly images?: readonly GatewayImage[];
  /** `null`: the gateway gets the message now. Otherwise the gateway has it already, and this is what was told of the answer before. */
  readonly said: string | null;
  /** A process that died may have sent the message: send it only if the gateway does not know of it. */
  readonly mayBeThere?: boolean;
}

/** What a frame meant. */
export interface DialogueStep {
  /** Frames to send, in their order. */
  readonly send: readonly string[];
  readonly events: readonly GatewayEvent[];
  /**
   * `taken`: the gateway has the message. `stranger`: it is another gateway. `unfit`: it lets nobody in this way, so another way is needed.
   * `busy`: it takes the message on a later connection.
   */
  readonly stage: "opening" | "taken" | "stranger" | "unfit" | "busy";
  /** The frame was about this turn. */
  readonly isHeard: boolean;
}

/** Speaks one turn frame by frame, without a clock or a socket of its own. After a `failure` or an `end` it says nothing more. */
export interface GatewayDialogue {
  receive(frame: string): DialogueStep;
  /** A new connection takes the place of one that was lost. Nothing is sent or told twice. */
  reopen(): void;
  /** Frames that end the turn at the gateway. None before it was sent the message, and none after the end. */
  stop(): readonly string[];
  /** The connection ended for good: without an `end` before, the agent broke off. */
  close(): readonly GatewayEvent[];
}

/** How an errand ended. `impossible`: the gateway has nothing of the kind, or does not do it. `busy`: it may do it later. `stranger`: it is another gateway. */
export type ErrandOutcome =
  | { readonly kind: "done"; /** Of a fork: what the new session is called. */ readonly session: string | null }
  | { readonly kind: "impossible" | "busy" | "stranger" };

export interface ErrandStep {
  readonly send: readonly string[];
  readonly outcome: ErrandOutcome | null;
}

/** Something small that is asked of a gateway over its socket, frame by frame. After its outcome it says nothing more. */
export interface GatewayErrand {
  receive(frame: string): ErrandStep;
}

/** Turns over a WebSocket: the agent's tools and thoughts are told, and a turn goes on without its reader. */
export interface GatewaySocket {
  readonly path: string;
  /** A longer frame closes the connection. */
  readonly maxFrameBytes: number;
  /** The clock is only for tests. */
  open(input: DialogueInput, nowMs?: () => number): GatewayDialogue;
  /** Makes a session of its own of all that was said before one turn, and leaves the session that it is made of. `null`: the gateway can't. */
  readonly fork: ((input: { gatewayToken: string; session: string; turnId: string }) => GatewayErrand) | null;
  /** Deletes a session with all that was said in it. Idempotent. `null`: the gateway can't. */
  readonly deleteSession: ((input: { gatewayToken: string; session: string }) => GatewayErrand) | null;
}

/** A kind of agent software, as pure functions. */
export interface AgentBackend {
  readonly id: BackendId;
  render(input: RenderInput): Bundle;
  turnRequest(input: TurnRequestInput): GatewayRequest;
  /** Whether a turn over HTTP takes tools that a program runs itself. Their calls end the answer, as parts that are `isForClient`. */
  readonly clientTools: boolean;
  /** Whether it keeps nothing of a conversation, so that a turn brings what was said before. */
  readonly takesHistory: boolean;
  /** The clock is only for tests. */
  openStream(nowMs?: () => number): GatewayStream;
  /** `null`: it has none. Otherwise a turn goes over it wherever the gateway lets Mosaic in, and else over HTTP. */
  readonly socket: GatewaySocket | null;
  /** What it means when the gateway answers a turn with anything but 200. */
  explainResponse(status: number, body: string): GatewayFailure;
  /** What a turn's end means once the gateway's log has told its words: it may even be a complete answer. */
  explainLogLine(line: string, turn: TurnSoFar): GatewayEnding;
  /** Where its agents work, below their state. What people send lies in `inbox` of it; what is written into `outbox`, people are offered. */
  readonly workspace: { readonly folder: string; readonly inbox: string; readonly outbox: string };
  /** What a gateway takes of images with one message. */
  readonly images: { readonly maxBytes: number; readonly maxTotalBytes: number };
  readonly gateway: {
    /** Where somebody who can't ask a supervisor asks: the first path answers 200 once turns can be served, without a token; the second one proves the token. */
    readonly probe: { readonly readinessPath: string; readonly tokenProofPath: string };
  };
  /** What one agent needs: below `minimumBytes` it dies in its first turn, from `comfortableBytes` on nothing is short. */
  readonly memory: { readonly minimumBytes: number; readonly comfortableBytes: number };
  /** Whether what a container said before it ended means that the machine was too busy, and a second attempt is all that it takes. */
  readonly isTooBusy: (said: string) => boolean;
}
