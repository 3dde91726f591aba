import { setTimeout as sleep } from "node:timers/promises";
import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { AppError } from "../../platform/errors/app-error.js";
import { FairGate } from "../../platform/pressure/fair-gate.js";
import { FilesService } from "../files/files.service.js";
import { TurnEngine } from "../turns/turn-engine.js";
import { VersionsFullError } from "../turns/branches.service.js";
import { withoutResults } from "../turns/client-tools.js";
import { RequestKnownError, TurnsService } from "../turns/turns.service.js";
import type { ClientRequest } from "./chat-request.js";
import { chainOf, digest } from "./client-history.js";
import type { ConversationName } from "./conversation-key.js";
import { OpenAiConversationsService, type Asking, type ProgramConversation, type TurnPlace } from "./openai-conversations.service.js";
import { OpenAiTurnsRepository } from "./openai-turns.repository.js";
import type { KnownRequest } from "./openai-turns.types.js";
import { messageOf, type ProgramMessage } from "./program-message.js";

/** A program's turns wait for each other, and for those of its owner's pages, before they are stored. */
const perConversation = {
  atOnce: 10_000,
  atOncePerKey: 1,
  waiting: 4_000,
  waitingPerKey: 5,
  longestWaitMs: 10 * 60_000,
  words: {
    ofKey: "Five messages wait in this conversation already. This one was not stored: send it again when one of them was answered.",
    inAll: "Too many messages wait for an answer right now. This one was not stored: send it again in a few seconds.",
  },
} as const;
const perPerson = {
  atOnce: 10_000,
  atOncePerKey: 5,
  waiting: 4_000,
  waitingPerKey: 25,
  longestWaitMs: 10 * 60_000,
  words: {
    ofKey: "You have 30 messages under way. This one was not stored: send it again when one of them was answered.",
    inAll: "Too many messages wait for an answer right now. This one was not stored: send it again in a few seconds.",
  },
} as const;

/** OpenAI's clients ask again within minutes. */
const sameForMs = 60 * 60_000;
/** What takes longer than that is told to the program: it has its first byte by then. */
const toldAfterMs = 20;
/** Something else answers in the conversation, or for the person: whoever waits looks again, ever more rarely. */
const lookAgainMs = 300;
const lookRarelyMs = 1_500;
const longestLookMs = 10 * 60_000;

export interface BegunForProgram {
  readonly answerId: string;
  readonly conversationId: string;
}

export interface ProgramRequest {
  readonly asking: Asking;
  readonly name: ConversationName;
  /** Until its turn has begun: it may be large. */
  request: ClientRequest;
  /** What tells it from others: it is the same request if it comes again. */
  readonly requestKey: Buffer;
  readonly body: Buffer;
  /** It may have come before: it is attached to the turn that it began then. */
  readonly mayBeAgain: boolean;
  /** Its program gave it a key of its own. */
  readonly isKeyed: boolean;
  /** How often its client has asked it again by itself. */
  readonly retries: number;
  readonly arrivedAt: Date;
}

/** What a request is known by in memory. */
export function singleOf({ asking, requestKey }: Pick<ProgramRequest, "asking" | "requestKey">): string {
  return `${asking.userId} ${requestKey.toString("base64")}`;
}

export interface BeginningListener {
  /** It waits for something else to end. `conversationId`: where, if that is known. */
  onWait(conversationId: string | null): void;
  /** Somebody goes on in the conversation: what was left there ends. */
  onNext(conversationId: string): Promise<void>;
}

/** Begins the turns of programs, each request once. */
@Injectable()
export class OpenAiTurnsService {
  private readonly inConversation = new FairGate(perConversation);
  private readonly ofPerson = new FairGate(perPerson);
  private readonly beginning = new Map<string, { readonly body: Buffer; readonly begun: Promise<BegunForProgram> }>();

  constructor(
    private readonly repository: OpenAiTurnsRepository,
    private readonly conversations: OpenAiConversationsService,
    private readonly turns: TurnsService,
    private readonly engine: TurnEngine,
    private readonly files: FilesService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The turn of this request: the one that it began before, or a new one. Throws before anything is stored, `overloaded` where too many wait. */
  async begin(asked: ProgramRequest, listener: BeginningListener, left: AbortSignal): Promise<BegunForProgram> {
    const single = singleOf(asked);
    const underWay = this.beginning.get(single);
    if (underWay !== undefined && asked.mayBeAgain) {
      assertSameBody(asked, underWay.body);
      listener.onWait(null);
      const begun = await underWay.begun.catch(() => null);
      return begun ?? this.begin(asked, listener, left);
    }
    const known = asked.mayBeAgain ? await this.known(asked) : null;
    if (known !== null) {
      return known;
    }
    const begun = this.beginNew(asked, listener, left).finally(() => {
      if (this.beginning.get(single)?.begun === begun) {
        this.beginning.delete(single);
      }
    });
    this.beginning.set(single, { body: asked.body, begun });
    return begun;
  }

  /** Ends what its program has left, unless it has come back to another process. */
  async stop(userId: string, answerId: string): Promise<void> {
    if (await this.repository.isReadElsewhere(answerId, this.turns.processId)) {
      return;
    }
    await this.turns.requestStop(userId, answerId).catch((error: unknown) => {
      if (!(error instanceof AppError) || error.code !== "not_found") {
        throw error;
      }
    });
  }

  /** Throws `invalid_input` if the key was given to another request. */
  private async known(asked: ProgramRequest): Promise<BegunForProgram | null> {
    const found = await this.find(asked);
    if (found === null) {
      return null;
    }
    assertSameBody(asked, found.body);
    await this.repository.noteReader(found.answerId, this.turns.processId);
    return found;
  }

  private async beginNew(asked: ProgramRequest, listener: BeginningListener, left: AbortSignal): Promise<BegunForProgram> {
    const { asking, name, request } = asked;
    const question = new LazyQuestion(this.files, asking.userId, request);
    const conversation = await this.conversations.conversationOf(asking, name, request);
    await listener.onNext(conversation.id);
    const waits = setTimeout(() => listener.onWait(conversation.id), toldAfterMs);
    const leaves: (() => void)[] = [];
    try {
      // Whoever waits for others in a conversation takes no place of their owner's other ones.
      leaves.push(await this.inConversation.enter(conversation.id, left));
      leaves.push(await this.ofPerson.enter(asking.userId, left));
      return await this.beginInTurn(asked, { first: conversation, question, listener }, left);
    } finally {
      clearTimeout(waits);
      leaves.forEach((leave) => leave());
    }
  }

  /** Looks again while somebody else is answered in the conversation, or too much is answered for the person. */
  private async beginInTurn(
    asked: ProgramRequest,
    { first, question, listener }: { first: ProgramConversation; question: LazyQuestion; listener: BeginningListener },
    left: AbortSignal,
  ): Promise<BegunForProgram> {
    const untilMs = performance.now() + longestLookMs;
    let conversation = first;
    for (let pauseMs = lookAgainMs; ; pauseMs = Math.min(pauseMs * 1.3, lookRarelyMs)) {
      left.throwIfAborted();
      try {
        const place = await this.conversations.place(asked.asking.userId, conversation, asked.request, question.chain);
        return await this.beginAt(asked, { conversation, place, question }, left);
      } catch (error) {
        const known = error instanceof RequestKnownError ? await this.attach(asked) : null;
        if (known !== null) {
          return known;
        }
        if (error instanceof RequestKnownError) {
          continue;
        }
        if (error instanceof VersionsFullError && asked.name.kind === "alike" && conversation === first) {
          conversation = await this.conversations.beginAnew(asked.asking, first, asked.request);
        } else if (!isBusy(error) || performance.now() > untilMs) {
          throw error;
        } else {
          // Its program may have left it a moment ago.
          await listener.onNext(conversation.id);
          await sleep(pauseMs, undefined, { signal: left }).catch(() => left.throwIfAborted());
        }
      }
    }
  }

  /** Its client gave it up while it waited here, and asked again at another process, which was faster. */
  private async isOvertaken(asked: ProgramRequest): Promise<boolean> {
    const found = await this.find(asked);
    return found !== null && found.retries > asked.retries && found.createdAt > asked.arrivedAt;
  }

  /** A key of its program's own holds for good. Without one, the same words are another request after a while. */
  private async find({ asking, requestKey, isKeyed }: ProgramRequest): Promise<KnownRequest | null> {
    return this.repository.findRequest(asking.userId, requestKey, isKeyed ? null : new Date(this.clock.now().getTime() - sameForMs));
  }

  /** `null`: the same request came before, and is another one: from now on this one is known. */
  private async attach(asked: ProgramRequest): Promise<BegunForProgram | null> {
    const known = asked.mayBeAgain || (await this.isOvertaken(asked)) ? await this.known(asked) : null;
    if (known === null) {
      await this.repository.forgetRequest(asked.asking.userId, asked.requestKey);
    }
    return known;
  }

  private async beginAt(
    asked: ProgramRequest,
    { conversation, place, question }: { conversation: ProgramConversation; place: TurnPlace; question: LazyQuestion },
    left: AbortSignal,
  ): Promise<BegunForProgram> {
    const { asking, request, requestKey, body } = asked;
    const { userId } = asking;
    const conversationId = conversation.id;
    const told = request.instructions === "" ? null : digest([request.instructions]);
    const isKnown = told !== null && (await this.conversations.isTold(conversationId, place, told));
    const { preface, tools } = question.message;
    const message = {
      userId,
      conversationId,
      branch: place.branch,
      ...(place.question === null ? await question.stored() : { content: place.question.content, question: place.question }),
      preface: preface === null ? null : { text: preface, isKnown },
      clientTools: place.withHistory ? withoutResults(tools) : tools,
      program: { requestKey, asked: place.asked, told, body, retries: asked.retries },
    };
    const begun = await this.turns.begin(message, left);
    this.engine.start(begun, place.withHistory);
    return { answerId: begun.turn.answerId, conversationId };
  }
}

/** What is new in a request. Its files are stored once, however often its turn is tried; those of a turn that does not begin are removed as drafts are. */
class LazyQuestion {
  private storing: Promise<{ content: string; fileIds: string[] }> | null = null;
  readonly message: ProgramMessage;
  readonly chain: readonly Buffer[];

  constructor(
    private readonly files: FilesService,
    private readonly userId: string,
    request: ClientRequest,
  ) {
    this.message = messageOf(request);
    this.chain = chainOf(request.messages);
  }

  async stored(): Promise<{ content: string; fileIds: string[] }> {
    this.storing ??= this.store();
    return this.storing;
  }

  private async store(): Promise<{ content: string; fileIds: string[] }> {
    const fileIds: string[] = [];
    for (const { name, base64 } of this.message.files) {
      const bytes = Buffer.from(base64, "base64");
      const stored = await this.files.store({ userId: this.userId, name, sizeBytes: bytes.length, content: piecesOf(bytes), made: null });
      fileIds.push(...(stored === null ? [] : [stored.id]));
    }
    return { content: this.message.content, fileIds };
  }
}

const pieceBytes = 64 * 1024;

async function* piecesOf(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += pieceBytes) {
    yield await Promise.resolve(bytes.subarray(start, start + pieceBytes));
  }
}

/** Throws `invalid_input` if the key of a request was given to another one. */
function assertSameBody({ isKeyed, body }: ProgramRequest, other: Buffer): void {
  if (isKeyed && !other.equals(body)) {
    throw new AppError("invalid_input", {
      detail: "This Idempotency-Key belongs to another request. Give each request a key of its own.",
      errors: [{ path: "Idempotency-Key", message: "Of another request" }],
    });
  }
}

/** Codes of what may be otherwise a moment later: somebody is answered, shows another version, or has messages wait. */
const busyCodes: ReadonlySet<string> = new Set(["turn_in_progress", "too_many_requests", "conflict"]);

/** It may begin a moment later. */
function isBusy(error: unknown): boolean {
  return error instanceof AppError && !(error instanceof VersionsFullError) && busyCodes.has(error.code);
}
