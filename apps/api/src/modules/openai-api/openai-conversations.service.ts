import type { Message } from "@mosaic/contracts/chat";
import { Injectable } from "@nestjs/common";
import { z } from "zod";
import { AppError } from "../../platform/errors/app-error.js";
import { titleOf } from "../conversations/conversation-title.js";
import { ConversationsService } from "../conversations/conversations.service.js";
import { openMessage } from "../conversations/message-seal.js";
import { CryptoService } from "../crypto/crypto.service.js";
import { BranchesService, type Branch } from "../turns/branches.service.js";
import { argumentsOf, clientCallsOf } from "./chat-frames.js";
import type { ClientMessage, ClientRequest } from "./chat-request.js";
import { chainOf, isThatAnswer, splitNews } from "./client-history.js";
import { conversationKeyOf, type ConversationName } from "./conversation-key.js";
import { OpenAiConversationsRepository, type AskedAnswer } from "./openai-conversations.repository.js";

const uuid = z.uuid();
/** Of the newest that may be the one: answers to the same words. */
const candidatesAtOnce = 20;
/** A history is looked for from its end, so far back. */
const lookedBack = 100;

export interface ProgramConversation {
  readonly id: string;
  readonly key: Buffer;
  /** A first message alone begins it anew. */
  readonly isWhole: boolean;
}

/** Where in its conversation a turn goes on. */
export interface TurnPlace {
  /** `null`: from the last message. */
  readonly branch: Branch | null;
  /** It is answered again. `null`: what is new is a new message. */
  readonly question: Message | null;
  /** The agent does not know what was said before: it is quoted. */
  readonly withHistory: boolean;
  /** Of all that the program has said. */
  readonly asked: Buffer;
  /** The message that it takes the place of. `null`: it follows the last one. */
  readonly beforeId: string | null;
}

export interface Asking {
  readonly userId: string;
  readonly tokenId: string | null;
  readonly agentId: string;
  readonly isListed: boolean;
}

/** Finds the conversation that a program goes on in, and the place in it: a program that says all of it again brings only what is new. */
@Injectable()
export class OpenAiConversationsService {
  private readonly finding = new Map<string, Promise<ProgramConversation>>();

  constructor(
    private readonly repository: OpenAiConversationsRepository,
    private readonly conversations: ConversationsService,
    private readonly branches: BranchesService,
    private readonly crypto: CryptoService,
  ) {}

  /** The one that the request means; a new one if there is none. Two that ask at the same moment get the same. */
  async conversationOf(asking: Asking, name: ConversationName, request: ClientRequest): Promise<ProgramConversation> {
    const { userId, tokenId, agentId } = asking;
    const key = conversationKeyOf(name, { agentId, tokenId, instructions: request.instructions, messages: request.messages });
    const isWhole = name.kind === "alike" || name.isWhole;
    if (
      name.kind === "named" &&
      name.isOurs &&
      uuid.safeParse(name.name).success &&
      (await this.repository.hasConversation(userId, agentId, name.name))
    ) {
      return { id: name.name, key, isWhole };
    }
    const single = `${userId} ${key.toString("base64")}`;
    const known = this.finding.get(single);
    if (known !== undefined) {
      return known;
    }
    const found = this.findOrBegin(asking, { key, isWhole }, request).finally(() => this.finding.delete(single));
    this.finding.set(single, found);
    return found;
  }

  /** An answer that a request goes on from: its conversation, and what it says. `null`: the person has no such answer of this agent's. */
  async answerBefore(userId: string, agentId: string, answerId: string): Promise<{ conversationId: string; said: ClientMessage } | null> {
    const answer = await this.repository.findAnswer(userId, answerId);
    return answer?.agentId === agentId ? { conversationId: answer.conversationId, said: this.asSaid(userId, answer) } : null;
  }

  /** From now on its key means a new one. */
  async beginAnew(
    asking: Asking,
    { key, isWhole }: Pick<ProgramConversation, "key" | "isWhole">,
    request: ClientRequest,
  ): Promise<ProgramConversation> {
    const { userId, agentId, isListed } = asking;
    const first = request.messages.find(({ role }) => role === "user");
    const { id } = await this.conversations.create(userId, { agentId }, { isListed, title: titleOf(first?.text ?? "") });
    await this.repository.bind(userId, key, id);
    return { id, key, isWhole };
  }

  /** `chain`: of the request's messages. Throws `turn_in_progress` while somebody else has it answered, and `VersionsFullError`. */
  async place(userId: string, { id, isWhole }: ProgramConversation, request: ClientRequest, chain: readonly Buffer[]): Promise<TurnPlace> {
    if (request.after !== null) {
      return this.placeAfter(userId, id, request.after, request.messages.slice(1));
    }
    const { history, news } = splitNews(request.messages);
    const asked = chain.at(-1) ?? Buffer.alloc(0);
    if (history.length === 0 && !isWhole) {
      return this.next(asked);
    }
    const known = history.length === 0 ? null : await this.knownUpTo(userId, id, history, chain);
    if (known === null || known.length < history.length) {
      if (history.length === 0) {
        return this.after(userId, id, { afterId: null, asked });
      }
      return this.told(userId, id, { known, history, asked });
    }
    await this.show(userId, known.answer);
    return this.after(userId, id, { afterId: known.answer.id, asked, isResult: news.some(({ role }) => role === "tool") });
  }

  /** After this answer, whatever has followed it until now. */
  private async placeAfter(userId: string, conversationId: string, answerId: string, since: readonly ClientMessage[]): Promise<TurnPlace> {
    const answer = await this.repository.findAnswer(userId, answerId);
    if (answer === null || answer.conversationId !== conversationId) {
      throw new AppError("not_found");
    }
    const messages = [this.asSaid(userId, answer), ...since];
    const { history, news } = splitNews(messages);
    const chain = chainOf(messages, answer.asked);
    const asked = chain.at(-1) ?? answer.asked;
    const further = history.length === 1 ? null : await this.knownUpTo(userId, conversationId, history, chain);
    // Another version of the answer may have the same words. This one is meant.
    const known = further === null || further.length === 1 ? { length: 1, answer } : further;
    if (known.length < history.length) {
      return this.told(userId, conversationId, { known, history, asked });
    }
    await this.show(userId, known.answer);
    return this.after(userId, conversationId, { afterId: known.answer.id, asked, isResult: news.some(({ role }) => role === "tool") });
  }

  /** As a program would say it again. */
  private asSaid(userId: string, answer: AskedAnswer): ClientMessage {
    const stored = openMessage(this.crypto, userId, answer);
    const calls = clientCallsOf(stored).map((call) => ({ id: call.id, name: call.name, arguments: argumentsOf(call) }));
    return { role: "assistant", text: stored.content, files: [], calls, callId: null };
  }

  private async findOrBegin(
    asking: Asking,
    keyed: Pick<ProgramConversation, "key" | "isWhole">,
    request: ClientRequest,
  ): Promise<ProgramConversation> {
    const id = await this.repository.findConversation(asking.userId, keyed.key);
    return id === null ? this.beginAnew(asking, keyed, request) : { id, ...keyed };
  }

  /** Whether the agent has what its program tells of itself, as far as it knows what was said before this place. */
  async isTold(conversationId: string, { withHistory, beforeId }: TurnPlace, told: Buffer): Promise<boolean> {
    return !withHistory && (await this.repository.toldBefore(conversationId, beforeId))?.equals(told) === true;
  }

  private next(asked: Buffer): TurnPlace {
    return { branch: null, question: null, withHistory: false, asked, beforeId: null };
  }

  /** What was said there is said again, or something else: both become another version of what followed. */
  private async after(
    userId: string,
    conversationId: string,
    { afterId, asked, isResult = false }: { afterId: string | null; asked: Buffer; isResult?: boolean },
  ): Promise<TurnPlace> {
    const follower = await this.repository.findFollower(conversationId, afterId);
    if (follower === null) {
      return this.next(asked);
    }
    const beforeId = follower.questionId;
    const isSame = follower.answerId !== null && follower.asked !== null && follower.asked.equals(asked);
    if (isSame && follower.answerId !== null && !isResult) {
      const { branch, question } = await this.branches.again(userId, follower.answerId);
      return { branch, question, withHistory: false, asked, beforeId };
    }
    return {
      branch: await this.branches.edit(userId, conversationId, follower.questionId),
      question: null,
      withHistory: false,
      asked,
      beforeId,
    };
  }

  /** What the program says was said before, and nobody here knows, comes onto the path; the agent is given quotes of it. */
  private async told(
    userId: string,
    conversationId: string,
    { known, history, asked }: { known: Known | null; history: readonly ClientMessage[]; asked: Buffer },
  ): Promise<TurnPlace> {
    if (known !== null) {
      await this.show(userId, known.answer);
    }
    const unknown = history.slice(known?.length ?? 0).map(
      ({ role, text, files }) =>
        ({
          role: role === "assistant" ? role : "user",
          text: text.trim() === "" && files.length > 0 ? `[${files.map(({ name }) => name).join(", ")}]` : text,
        }) as const,
    );
    await this.branches.tell(userId, conversationId, known?.answer.id ?? null, unknown);
    return { branch: null, question: null, withHistory: true, asked, beforeId: null };
  }

  private async show(userId: string, { id, isShown }: AskedAnswer): Promise<void> {
    if (!isShown) {
      await this.branches.show(userId, id);
    }
  }

  /** The longest beginning of the history that this conversation has, with the answer that it ends with. */
  private async knownUpTo(
    userId: string,
    conversationId: string,
    history: readonly ClientMessage[],
    chain: readonly Buffer[],
  ): Promise<Known | null> {
    const ends = history.flatMap(({ role }, at) => (role === "assistant" ? [at] : [])).toReversed();
    const [last, ...earlier] = ends.slice(0, lookedBack);
    for (const among of [last === undefined ? [] : [last], earlier]) {
      const asked = among.map((at) => chain[at] ?? Buffer.alloc(0));
      const answers = asked.length === 0 ? [] : await this.repository.findAnswers(conversationId, asked, candidatesAtOnce);
      if (answers.some(({ status }) => status === "streaming")) {
        // What it says is known when it has ended.
        throw new AppError("turn_in_progress");
      }
      for (const at of among) {
        const found = answers.find((answer) => chain[at]?.equals(answer.asked) === true && this.isSaid(userId, history[at], answer));
        if (found !== undefined) {
          return { length: at + 1, answer: found };
        }
      }
    }
    return null;
  }

  private isSaid(userId: string, said: ClientMessage | undefined, answer: AskedAnswer): boolean {
    const stored = openMessage(this.crypto, userId, answer);
    const isWhole = stored.status === "complete";
    return said !== undefined && isThatAnswer(said, { text: stored.content, isWhole, callIds: clientCallsOf(stored).map(({ id }) => id) });
  }
}

interface Known {
  /** Of the beginning that is known. */
  readonly length: number;
  readonly answer: AskedAnswer;
}
