import { turnEvent, type ConversationWithMessages, type Message, type TurnEvent } from "@mosaic/contracts/chat";
import type { Agent } from "@mosaic/contracts/agent";
import type { Provider } from "@mosaic/contracts/provider";
import { setupTokenHeader, type RuntimeKind } from "@mosaic/contracts/onboarding";
import { SentEvents } from "@mosaic/testing/sent-events";

export interface TurnOutcome {
  readonly events: readonly TurnEvent[];
  readonly text: string;
  readonly message: Message | undefined;
  readonly code: string | undefined;
  readonly durationMs: number;
  /** Milliseconds from the request to the first piece of text. */
  readonly firstDeltaMs: number | undefined;
}

/** A browser without a page: keeps its cookie and names its origin. */
export class ApiClient {
  private readonly url: () => string;
  private sessionCookie = "";

  constructor(url: () => string) {
    this.url = url;
  }

  /** Its session, as a header carries it. */
  get cookie(): string {
    return this.sessionCookie;
  }

  async request(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
    signal?: AbortSignal,
  ): Promise<Response> {
    const response = await fetch(this.url() + path, {
      method,
      headers: {
        origin: this.url(),
        cookie: this.sessionCookie,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
    const cookie = response.headers.getSetCookie().find((value) => value.startsWith("mosaic_session="));
    if (cookie !== undefined) {
      this.sessionCookie = cookie.split(";")[0] ?? "";
    }
    return response;
  }

  async json<T>(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<T> {
    const response = await this.request(method, path, body, headers);
    if (!response.ok) {
      throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    }
    return (await response.json()) as T;
  }

  /** Goes through the wizard's routes with one provider and one agent. */
  async setUp(options: {
    setupUrl: string;
    password: string;
    runtime: RuntimeKind;
    provider: Record<string, unknown>;
    agent?: Record<string, unknown>;
    /** Whether others get an agent with the same model by themselves. */
    sharesModel?: boolean;
  }): Promise<{ agent: Agent; provider: Provider }> {
    const token = new URL(options.setupUrl).hash.replace("#token=", "");
    await this.json("POST", "/api/onboarding/breakglass", { username: "root", password: options.password }, { [setupTokenHeader]: token });
    await this.json("POST", "/api/onboarding/oidc", { skip: true });
    const provider = await this.json<Provider>("POST", "/api/onboarding/provider", options.provider);
    const agent = await this.json<Agent>("POST", "/api/onboarding/agents", {
      runtime: options.runtime,
      acceptsNoIsolation: options.runtime === "process",
      sharesModel: options.sharesModel ?? false,
      agent: { name: "Ada", model: { providerId: provider.id, model: provider.models[0]?.id }, ...options.agent },
    });
    await this.json("POST", "/api/onboarding/complete", {});
    return { agent, provider };
  }

  async newConversation(agentId: string): Promise<string> {
    return (await this.json<{ id: string }>("POST", "/api/conversations", { agentId })).id;
  }

  async conversation(id: string): Promise<ConversationWithMessages> {
    return this.json("GET", `/api/conversations/${id}`);
  }

  async stopTurn(answerId: string): Promise<void> {
    const { status } = await this.request("POST", `/api/turns/${answerId}/stop`);
    if (status !== 204) {
      throw new Error(`stop: ${status}`);
    }
  }

  /** Sends a message and reads the stream to its end, or until `until` says that it has seen enough and leaves: the turn goes on. */
  async turn(
    conversationId: string,
    content: string,
    until: (events: readonly TurnEvent[]) => boolean = () => false,
  ): Promise<TurnOutcome> {
    const leaving = new AbortController();
    const startedAt = performance.now();
    const response = await this.request(
      "POST",
      `/api/conversations/${conversationId}/messages`,
      { content },
      { accept: "text/event-stream" },
      leaving.signal,
    );
    if (!response.ok || response.body === null) {
      throw new Error(`turn: ${response.status} ${await response.text()}`);
    }
    let firstDeltaMs: number | undefined;
    // An event that breaks its contract is thrown here; a stream that breaks just ends, and what came is what is told.
    const sent = new SentEvents(turnEvent, (soFar) => {
      firstDeltaMs ??= soFar.at(-1)?.type === "delta" ? performance.now() - startedAt : undefined;
      if (until(soFar)) {
        leaving.abort();
      }
    });
    await sent.read(response.body);
    return { ...outcomeOf(sent.events), durationMs: performance.now() - startedAt, firstDeltaMs };
  }
}

function outcomeOf(events: readonly TurnEvent[]): Pick<TurnOutcome, "events" | "text" | "message" | "code"> {
  const done = events.find((event) => event.type === "done");
  const text = events.map((event) => (event.type === "delta" ? event.text : "")).join("");
  return { events, text, message: done?.message, code: done?.problem?.code };
}
