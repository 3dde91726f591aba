import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { CryptoService } from "../crypto/crypto.service.js";
import { OwnerEventsService } from "../owner-events/owner-events.service.js";
import { AgentSayingsRepository } from "./agent-sayings.repository.js";
import { withSayings } from "./agent-sayings.js";
import { ConversationsRepository } from "./conversations.repository.js";
import type { BegunTurn } from "./conversations.types.js";
import { MessagePagesRepository } from "./message-pages.repository.js";
import { openMessage, openMessages } from "./message-seal.js";
import { withQuotedHistory } from "./quoted-history.js";

/** More than is quoted: answers without any text, and what tools said, are left out of it. */
/** To software that keeps nothing itself. */
const givenCharacters = 200_000;
const lookedAt = { messages: 200, sealedBytes: 16 * 1024 * 1024 };

/** Gives an agent that has lost its memory the last messages of a conversation again. */
interface Said {
  readonly role: "user" | "assistant";
  readonly content: string;
}

@Injectable()
export class HistoryService {
  constructor(
    private readonly repository: ConversationsRepository,
    private readonly pages: MessagePagesRepository,
    private readonly sayings: AgentSayingsRepository,
    private readonly events: OwnerEventsService,
    private readonly crypto: CryptoService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** What the agent is sent in place of `text`, the message of a turn that has begun. */
  async quoteBefore({ userId, conversationId, answerId }: BegunTurn, questionId: string, text: string): Promise<string> {
    const { messages: stored } = await this.pages.read({ userId, conversationId }, { bound: lookedAt });
    const before = stored.filter(({ id }) => id !== answerId && id !== questionId);
    return withQuotedHistory(await openMessages(this.crypto, userId, before), text);
  }

  /** What was said before the message of a turn that has begun, oldest first: of a long conversation its end. */
  async before({ userId, conversationId, answerId }: BegunTurn, questionId: string): Promise<Said[]> {
    const { messages: stored } = await this.pages.read({ userId, conversationId }, { bound: lookedAt });
    const opened = await openMessages(
      this.crypto,
      userId,
      stored.filter(({ id }) => id !== answerId && id !== questionId),
    );
    const said = opened.map(({ role, content }): Said => ({ role, content })).filter(({ content }) => content !== "");
    let left = givenCharacters;
    const last = said.toReversed().filter(({ content }) => (left -= content.length) >= 0);
    return last.toReversed();
  }

  /** What the agent is sent in place of `text` after it has spoken by itself. */
  async quoteSayings(turn: BegunTurn, text: string): Promise<string> {
    const said = await this.sayings.givenTo(turn);
    return withSayings(
      said.map((stored) => openMessage(this.crypto, turn.userId, stored)),
      text,
    );
  }

  /** The agent never got what it was to be told again: the next turn gives it. */
  async sayingsNotTaken(turn: BegunTurn): Promise<void> {
    await this.sayings.takeBack(turn);
  }

  /** The agent took them. */
  async given({ userId, conversationId }: BegunTurn): Promise<void> {
    await this.repository.setMemoryGiven(userId, conversationId, this.clock.now());
    await this.events.publish(userId, { type: "conversation", conversationId });
  }
}
