import { randomUUIDv7 } from "node:crypto";
import type { SaidAgentEvent, SayAgentEvent } from "@mosaic/contracts/agent-event";
import { textParts } from "@mosaic/contracts/message-parts";
import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { AppError } from "../../platform/errors/app-error.js";
import { FairGate } from "../../platform/pressure/fair-gate.js";
import { sealParts, titleContext } from "../conversations/message-seal.js";
import { CryptoService } from "../crypto/crypto.service.js";
import { hashToken } from "../crypto/tokens.js";
import { AgentEventsRepository, type AppendResult, type NewAgentEvent } from "./agent-events.repository.js";

/** So many at once, and then one more each minute. */
const burst = 20;
const everyMs = 60_000;
const keysKeptMs = 24 * 60 * 60_000;

/** Those of one agent wait for each other in Postgres too: whoever waits there holds a connection, whoever waits here does not. */
const gateLimits = {
  atOnce: 4,
  atOncePerKey: 1,
  waiting: 400,
  waitingPerKey: 40,
  longestWaitMs: 10_000,
  words: {
    ofKey: "This agent says many things at once. This one was not stored: send it again in a few seconds.",
    inAll: "Many agents say something at once. This one was not stored: send it again in a few seconds.",
  },
} as const;

/** What agents say by themselves. */
@Injectable()
export class AgentEventsService {
  private readonly gate = new FairGate(gateLimits);

  constructor(
    private readonly repository: AgentEventsRepository,
    private readonly crypto: CryptoService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Throws `not_found` for a conversation that is not this agent's own, as for a missing one, and `too_many_requests`; then nothing was stored. */
  async say(agentId: string, { kind, text, conversationId, idempotencyKey }: SayAgentEvent): Promise<SaidAgentEvent> {
    const now = this.clock.now();
    const event: NewAgentEvent = {
      agentId,
      kind,
      now,
      conversationId: conversationId ?? null,
      newConversationId: randomUUIDv7(),
      keyHash: idempotencyKey === undefined ? null : hashToken(idempotencyKey),
      keysSince: new Date(now.getTime() - keysKeptMs),
      pace: { burst, everyMs },
      seal: (userId) => {
        const id = randomUUIDv7();
        return { id, ...sealParts(this.crypto, { userId, messageId: id }, textParts(text)) };
      },
      sealTitle: (userId, id, agentName) => this.crypto.seal(`From ${agentName}`, titleContext(userId, id)),
    };
    return saidOf(await this.gate.run(agentId, async () => this.repository.append(event)));
  }
}

function saidOf(result: AppendResult): SaidAgentEvent {
  switch (result.kind) {
    case "said":
      return { conversationId: result.conversationId, messageId: result.messageId };
    case "not_found":
      throw new AppError("not_found", {
        detail:
          "This agent has no such conversation. Without one, what it says goes to its owner; a system agent has none, and names a conversation.",
      });
    case "too_many":
      throw new AppError("too_many_requests", {
        detail: `An agent may say ${burst} things at once, and one more each minute. This one was not stored.`,
        retryAfterSeconds: Math.ceil(result.waitMs / 1000),
      });
  }
}
