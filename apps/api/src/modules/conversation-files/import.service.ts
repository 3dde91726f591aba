import { setImmediate as nextTurn } from "node:timers/promises";
import { fileLine, importLimits, type FileLine, type ImportReport, type LeftOutReason } from "@mosaic/contracts/conversation-files";
import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { AppError } from "../../platform/errors/app-error.js";
import { faultOfJsonText } from "../../platform/http/json-text.js";
import { FairGate } from "../../platform/pressure/fair-gate.js";
import { CryptoService } from "../crypto/crypto.service.js";
import { OwnerEventsService } from "../owner-events/owner-events.service.js";
import { AddedAmounts } from "./added-amounts.js";
import { ConversationDraft } from "./conversation-draft.js";
import { ImportRepository, type ImportTarget } from "./import.repository.js";
import { linesOf, TooManyBytes, tooLongLine } from "./record-lines.js";

const limits = {
  atOnce: 2,
  atOncePerKey: 1,
  waiting: 50,
  waitingPerKey: 1,
  longestWaitMs: 30_000,
  words: {
    ofKey: "You are already importing conversations. Wait until that import has ended.",
    inAll: "Too many people are importing conversations right now. Try again in a minute.",
  },
} as const;

/** Of one message: a call of a tool is six of them. */
const valuesOfLine = 20_000;
/** What is read before others are answered. */
const bytesAtOnce = 256 * 1024;

/** What can't be read of a line may be a file of another version, or the beginning of a conversation: the one before it is whole. */
type Unreadable = "unknown_header" | "unreadable_conversation";

const decoder = new TextDecoder("utf-8", { fatal: true });

/** Takes the lines of a file of conversations, one at a time: no more than one conversation is in memory. */
@Injectable()
export class ImportService {
  private readonly gate = new FairGate(limits);

  constructor(
    private readonly repository: ImportRepository,
    private readonly amounts: AddedAmounts,
    private readonly events: OwnerEventsService,
    private readonly crypto: CryptoService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * What was added stays if the rest breaks off, and is known the next time. Throws `not_found` for another's agent as for a missing one,
   * `too_many_requests`, `body_too_large`, `malformed_body` for a file of another kind, and whatever `content` throws.
   */
  async run(userId: string, agentId: string, content: AsyncIterable<Buffer>, gone: AbortSignal): Promise<ImportReport> {
    this.amounts.assertRoom(userId);
    return this.gate.run(
      userId,
      async () => {
        if (!(await this.repository.hasAgent(userId, agentId))) {
          throw new AppError("not_found");
        }
        return this.read({ userId, agentId, now: this.clock.now() }, content);
      },
      gone,
    );
  }

  private async read(target: ImportTarget, content: AsyncIterable<Buffer>): Promise<ImportReport> {
    const reading = new Reading(target, this.crypto, this.repository, this.amounts);
    let sincePause = 0;
    try {
      for await (const line of linesOf(content, { lineBytes: importLimits.lineBytes, allBytes: importLimits.requestBytes })) {
        await reading.take(line === tooLongLine ? "too_long" : readLine(line));
        sincePause += line === tooLongLine ? bytesAtOnce : line.length;
        if (sincePause > bytesAtOnce) {
          await nextTurn();
          sincePause = 0;
        }
      }
      await reading.finish();
    } catch (error) {
      throw error instanceof TooManyBytes ? tooLarge() : error;
    } finally {
      if (reading.lastId !== null) {
        await this.events.publish(target.userId, { type: "conversation", conversationId: reading.lastId });
      }
    }
    return reading.report();
  }
}

/** What has been read of a file, and what became of it. */
class Reading {
  lastId: string | null = null;
  private draft: ConversationDraft | null = null;
  /** The conversation that has begun can't be read: what belongs to it is passed over. */
  private isUnreadable = false;
  private count = 0;
  private readonly counts = { added: 0, messages: 0, known: 0 };
  private readonly leftOut = new Map<LeftOutReason, number>();

  constructor(
    private readonly target: ImportTarget,
    private readonly crypto: CryptoService,
    private readonly repository: ImportRepository,
    private readonly amounts: AddedAmounts,
  ) {}

  async take(line: FileLine | LeftOutReason | Unreadable): Promise<void> {
    if (line === "unknown_header") {
      throw new AppError("malformed_body", { detail: "This Mosaic does not know the version of this file." });
    }
    if (line === "unreadable_conversation") {
      await this.begin();
      this.isUnreadable = true;
      this.leave("unreadable");
    } else if (typeof line === "string") {
      this.fail(line);
    } else if (line.type === "message") {
      if (this.draft === null) {
        this.fail("unreadable");
      }
      this.draft?.add(line);
    } else if (line.type === "conversation") {
      await this.begin();
      this.draft = new ConversationDraft(line, this.target, this.crypto);
    }
  }

  /** The conversation before has ended. */
  private async begin(): Promise<void> {
    await this.finish();
    this.isUnreadable = false;
    this.count += 1;
    if (this.count > importLimits.conversations) {
      throw tooLarge();
    }
  }

  /** Stores what has been read of a conversation: all of it has come. */
  async finish(): Promise<void> {
    const { draft } = this;
    this.draft = null;
    if (draft === null) {
      return;
    }
    if (draft.fault !== null || draft.messages.length === 0) {
      this.leave(draft.fault ?? "no_messages");
      return;
    }
    const stored = await this.repository.store(this.target, draft);
    if (stored === "no_agent") {
      throw new AppError("not_found");
    }
    if (stored === "deleted") {
      this.leave("deleted_lately");
    } else {
      this.counts[stored] += 1;
    }
    if (stored === "added") {
      this.counts.messages += draft.messages.length;
      this.lastId = draft.id;
      this.amounts.add(this.target.userId, draft.messages);
    }
  }

  report(): ImportReport {
    return { ...this.counts, leftOut: Array.from(this.leftOut, ([reason, count]) => ({ reason, count })) };
  }

  private fail(reason: LeftOutReason): void {
    if (this.draft !== null) {
      this.draft.fail(reason);
    } else if (!this.isUnreadable) {
      this.leave(reason);
    }
  }

  private leave(reason: LeftOutReason): void {
    this.leftOut.set(reason, (this.leftOut.get(reason) ?? 0) + 1);
  }
}

function readLine(bytes: Buffer): FileLine | LeftOutReason | Unreadable {
  let value: unknown;
  try {
    const text = decoder.decode(bytes);
    if (faultOfJsonText(text, valuesOfLine) !== null) {
      return unreadable(bytes);
    }
    value = JSON.parse(text);
  } catch {
    return unreadable(bytes);
  }
  const line = fileLine.safeParse(value);
  if (line.success) {
    return line.data;
  }
  const type = typeof value === "object" && value !== null && "type" in value ? value.type : null;
  return type === "header" ? "unknown_header" : type === "conversation" ? "unreadable_conversation" : "unreadable";
}

/** Of a line that is not JSON, or not to be parsed. Exports write what a line is at its beginning. */
function unreadable(bytes: Buffer): LeftOutReason | Unreadable {
  const beginsConversation = /^\s*\{\s*"type"\s*:\s*"conversation"/.test(bytes.toString("latin1", 0, 200));
  return beginsConversation ? "unreadable_conversation" : "unreadable";
}

function tooLarge(): AppError {
  const megabytes = importLimits.requestBytes / 1024 / 1024;
  const detail = `One request takes ${megabytes} MB and ${importLimits.conversations.toLocaleString("en")} conversations. Everything up to there is imported: send the rest in further requests.`;
  return new AppError("body_too_large", { detail });
}
