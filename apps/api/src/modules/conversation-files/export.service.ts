import { setImmediate as nextTurn } from "node:timers/promises";
import type { Message } from "@mosaic/contracts/chat";
import { conversationLine, type FileLine } from "@mosaic/contracts/conversation-files";
import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { AppError } from "../../platform/errors/app-error.js";
import { FairGate } from "../../platform/pressure/fair-gate.js";
import { openMessage, titleContext } from "../conversations/message-seal.js";
import { CryptoService } from "../crypto/crypto.service.js";
import type { FileMessage, MessagePlace, StoredFile } from "./conversation-files.types.js";
import { ExportRepository } from "./export.repository.js";
import { headOf, messageText, tailOf, type MarkdownPlace } from "./markdown-file.js";
import { branchesOf } from "./tree-order.js";

const limits = {
  atOnce: 4,
  atOncePerKey: 1,
  waiting: 100,
  waitingPerKey: 2,
  longestWaitMs: 10_000,
  words: {
    ofKey: "You are already exporting conversations. Wait until that export has ended.",
    inAll: "Too many people are exporting conversations right now. Try again in a minute.",
  },
} as const;

/** What is read of the database at once, and opened before others are answered. */
const readAtOnce = { messages: 100, bytes: 512 * 1024 };
const titleMaxCharacters = 120;

/** One conversation, as the pieces of its file. */
export interface ExportedFile {
  readonly title: string;
  readonly pieces: AsyncIterable<string>;
}

interface ShownBranch {
  readonly title: string;
  readonly agentName: string;
  readonly agentEmoji: string;
  readonly messages: AsyncIterable<Message>;
}

/** Writes conversations as files, piece by piece: never more than a few messages are in memory. */
@Injectable()
export class ExportService {
  private readonly gate = new FairGate(limits);

  constructor(
    private readonly repository: ExportRepository,
    private readonly crypto: CryptoService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** To be held while an export is being written; gives back what ends that. Throws `overloaded`. */
  async enter(userId: string, gone: AbortSignal): Promise<() => void> {
    return this.gate.enter(userId, gone);
  }

  /** Throws `not_found` for another's as for a missing one. */
  async jsonLines(userId: string, id: string): Promise<ExportedFile> {
    const stored = await this.find(userId, id);
    const header = this.header();
    const lines = this.linesOf(userId, stored);
    return {
      title: this.titleOf(userId, stored),
      pieces: (async function* pieces() {
        yield header;
        yield* lines;
      })(),
    };
  }

  /** All of one's conversations, those of the archive too, in one file. */
  async *allJsonLines(userId: string): AsyncGenerator<string> {
    yield this.header();
    for await (const stored of this.all(userId)) {
      yield* this.linesOf(userId, stored);
    }
  }

  /** Throws `not_found` for another's as for a missing one. */
  async markdown(userId: string, id: string): Promise<ExportedFile> {
    const stored = await this.find(userId, id);
    return { title: this.titleOf(userId, stored), pieces: this.markdownOf(userId, stored) };
  }

  /** All of one's conversations, a file each. */
  async *allMarkdown(userId: string): AsyncGenerator<ExportedFile> {
    for await (const stored of this.all(userId)) {
      yield { title: this.titleOf(userId, stored), pieces: this.markdownOf(userId, stored) };
    }
  }

  /** The branch that is shown. Throws `not_found` for another's as for a missing one. */
  async shown(userId: string, id: string): Promise<ShownBranch> {
    const stored = await this.find(userId, id);
    const places = (await this.repository.places(userId, id)).filter(({ isShown }) => isShown);
    const opened = this.messages(userId, id, places);
    const { crypto } = this;
    return {
      title: this.titleOf(userId, stored),
      agentName: stored.agentName,
      agentEmoji: stored.agentEmoji,
      messages: (async function* messages() {
        for await (const [, message] of opened) {
          yield openMessage(crypto, userId, message);
        }
      })(),
    };
  }

  private async *all(userId: string): AsyncGenerator<StoredFile> {
    for (const id of await this.repository.ids(userId)) {
      const stored = await this.repository.find(userId, id);
      if (stored !== null) {
        yield stored;
      }
    }
  }

  private async find(userId: string, id: string): Promise<StoredFile> {
    const stored = await this.repository.find(userId, id);
    if (stored === null) {
      throw new AppError("not_found");
    }
    return stored;
  }

  private header(): string {
    return lineOf({ type: "header", format: "mosaic-conversations", version: 1, exportedAt: this.clock.now().toISOString() });
  }

  private async *linesOf(userId: string, stored: StoredFile): AsyncGenerator<string> {
    const places = await this.repository.places(userId, stored.id);
    yield lineOf({
      type: "conversation",
      source: "mosaic",
      id: stored.id,
      title: this.titleOf(userId, stored),
      agentName: stored.agentName.slice(0, conversationLine.shape.agentName.unwrap().maxLength ?? 0),
      activeMessageId: activeIn(places),
      isPinned: stored.pinnedAt !== null,
      isArchived: stored.archivedAt !== null,
      createdAt: stored.createdAt.toISOString(),
      updatedAt: stored.updatedAt.toISOString(),
    });
    for await (const [place, message] of this.messages(userId, stored.id, places)) {
      const { id, role, parts, usage, createdAt } = openMessage(this.crypto, userId, message);
      yield lineOf({ type: "message", id, parentId: place.parentId, role, parts, status: message.status, usage, createdAt });
    }
  }

  private async *markdownOf(userId: string, stored: StoredFile): AsyncGenerator<string> {
    const places = await this.repository.places(userId, stored.id);
    const branches = branchesOf(places, activeIn(places));
    const numbers = new Map(branches.flatMap(({ messages }) => messages).map(({ id }, index) => [id, index + 1]));
    yield headOf({ ...stored, title: this.titleOf(userId, stored) });
    for (const [index, branch] of branches.entries()) {
      yield tailOf(index, branch.after === null ? null : (numbers.get(branch.after) ?? null));
      for await (const [{ id }, message] of this.messages(userId, stored.id, branch.messages)) {
        const at: MarkdownPlace = { number: numbers.get(id) ?? 0, agentName: stored.agentName };
        yield messageText(at, openMessage(this.crypto, userId, message));
      }
    }
  }

  /** In the order of `places`. */
  private async *messages(userId: string, id: string, places: readonly MessagePlace[]): AsyncGenerator<[MessagePlace, FileMessage]> {
    for (const some of batchesOf(places)) {
      const found = await this.repository.messages(
        userId,
        id,
        some.map((place) => place.id),
      );
      const byId = new Map(found.map((message) => [message.id, message]));
      for (const place of some) {
        const message = byId.get(place.id);
        if (message !== undefined) {
          yield [place, message];
        }
      }
      await nextTurn();
    }
  }

  private titleOf(userId: string, { id, titleEncrypted }: StoredFile): string {
    return this.crypto.open(titleEncrypted, titleContext(userId, id)).slice(0, titleMaxCharacters).trim() || "Conversation";
  }
}

/** The end of the branch that is shown. */
function activeIn(places: readonly MessagePlace[]): string | null {
  return places.findLast(({ isShown }) => isShown)?.id ?? null;
}

function lineOf(line: FileLine): string {
  return `${JSON.stringify(line)}\n`;
}

function* batchesOf(places: readonly MessagePlace[]): Generator<MessagePlace[]> {
  let some: MessagePlace[] = [];
  let bytes = 0;
  for (const place of places) {
    if (some.length > 0 && (some.length >= readAtOnce.messages || bytes + place.bytes > readAtOnce.bytes)) {
      yield some;
      [some, bytes] = [[], 0];
    }
    some.push(place);
    bytes += place.bytes;
  }
  if (some.length > 0) {
    yield some;
  }
}
