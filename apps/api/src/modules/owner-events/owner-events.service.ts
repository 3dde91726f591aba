import type { OwnerEvent } from "@mosaic/contracts/chat";
import { Injectable, type OnApplicationBootstrap } from "@nestjs/common";
import { AppError } from "../../platform/errors/app-error.js";
import { Logger } from "../../platform/logging/logger.js";
import type { Payload } from "../../platform/notices/channels.js";
import { Notices } from "../../platform/notices/notices.js";

/** Postgres refuses notifications of 8000 bytes and more. */
const maxDetailCharacters = 1_200;
const maxListenersPerUser = 20;
/** Where admins listen for what happens to system agents. */
const systemListeners = "system";

type AgentEvent = Extract<OwnerEvent, { type: "agent" }>;

export interface OwnerListener {
  /** Whether its owner looked at it when it began to listen. */
  readonly isInView?: boolean;
  onEvent(event: OwnerEvent): void;
  /** Something may have been missed: whoever listens should look for itself. */
  onGap(): void;
}

/** What happens to a person's agents and conversations, told to all of their open pages, whichever process they are connected to. */
@Injectable()
export class OwnerEventsService implements OnApplicationBootstrap {
  private readonly listeners = new Map<string, Set<OwnerListener>>();
  private readonly agentListeners = new Map<string, Set<(event: AgentEvent) => void>>();

  constructor(
    private readonly notices: Notices,
    private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.notices.listen("mosaic_owner_events", { onNotice: (notice) => this.deliver(notice), onGap: () => this.tellOfGap() });
    // A gap is told by the listener above: both channels come over one connection.
    await this.notices.listen("mosaic_agent_config", { onNotice: ({ ownerId }) => this.tellOfAgents(ownerId), onGap: () => undefined });
  }

  /** Best effort: who misses an event sees the state at the next look, so a database that is away must not fail what has happened. */
  async publish(userId: string | null, event: OwnerEvent): Promise<void> {
    try {
      await this.notices.tell({ channel: "mosaic_owner_events", payload: { userId, event: shortened(event) } });
    } catch {
      this.logger.debug("an event could not be told to open pages", { type: event.type });
    }
  }

  /** Throws `too_many_requests` when the user has too many pages open. The returned function ends it. */
  subscribe(userId: string, listener: OwnerListener): () => void {
    const listeners = this.listeners.get(userId) ?? new Set();
    if (listeners.size >= maxListenersPerUser) {
      throw new AppError("too_many_requests", { detail: "Too many pages of Mosaic are open. Close some of them.", retryAfterSeconds: 30 });
    }
    return add(this.listeners, userId, listener);
  }

  /** Whether a page that listens to this process has said that somebody looks at it. It may be gone without a word. */
  isInView(userId: string): boolean {
    return this.pagesInView(userId).length > 0;
  }

  /** Only to pages of this process that have said that they are in view. */
  tellPagesInView(userId: string, event: OwnerEvent): void {
    this.pagesInView(userId).forEach((listener) => listener.onEvent(event));
  }

  /** What happens to system agents, for admins. The returned function ends it. */
  subscribeToSystem(listener: OwnerListener): () => void {
    return add(this.listeners, systemListeners, listener);
  }

  /** What is told of one agent, whoever owns it. The returned function ends it. */
  watchAgent(agentId: string, onEvent: (event: AgentEvent) => void): () => void {
    return add(this.agentListeners, agentId, onEvent);
  }

  private pagesInView(userId: string): OwnerListener[] {
    return [...(this.listeners.get(userId) ?? [])].filter((listener) => listener.isInView === true);
  }

  private tellOfGap(): void {
    for (const listeners of this.listeners.values()) {
      for (const listener of listeners) {
        listener.onGap();
      }
    }
  }

  /** `null`: it may be anybody's agents, those that belong to nobody too. */
  private tellOfAgents(ownerId: string | null): void {
    const told = ownerId === null ? [...this.listeners.values()] : [this.listeners.get(ownerId) ?? []];
    // An admin's page listens for itself and for what belongs to nobody.
    for (const listener of new Set(told.flatMap((listeners) => [...listeners]))) {
      listener.onEvent({ type: "agents" });
    }
  }

  private deliver({ userId, event }: Payload<"mosaic_owner_events">): void {
    for (const listener of this.listeners.get(userId ?? systemListeners) ?? []) {
      listener.onEvent(event);
    }
    if (event.type === "agent") {
      for (const onEvent of this.agentListeners.get(event.agentId) ?? []) {
        onEvent(event);
      }
    }
  }
}

function shortened(event: OwnerEvent): OwnerEvent {
  if (event.type !== "agent" || event.error === null) {
    return event;
  }
  return { ...event, error: { ...event.error, detail: event.error.detail.slice(0, maxDetailCharacters) } };
}

function add<T>(map: Map<string, Set<T>>, key: string, value: T): () => void {
  const values = map.get(key) ?? new Set<T>();
  map.set(key, values.add(value));
  return () => {
    values.delete(value);
    if (values.size === 0 && map.get(key) === values) {
      map.delete(key);
    }
  };
}
