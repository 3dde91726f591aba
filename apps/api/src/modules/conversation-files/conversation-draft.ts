import { createHash, randomBytes, randomUUIDv7 } from "node:crypto";
import {
  importLimits,
  type ConversationLine,
  type ConversationSource,
  type LeftOutReason,
  type MessageLine,
} from "@mosaic/contracts/conversation-files";
import { messageMaxVersions } from "@mosaic/contracts/chat";
import type { MessagePart } from "@mosaic/contracts/message-parts";
import { sealParts, titleContext } from "../conversations/message-seal.js";
import type { SealedContent } from "../conversations/conversations.types.js";
import type { CryptoService } from "../crypto/crypto.service.js";
import { idsInOrder } from "./message-ids.js";

export interface DraftMessage extends SealedContent, Pick<MessageLine, "role" | "status" | "usage"> {
  readonly id: string;
  /** `null`: it is a first one. */
  readonly parentId: string | null;
  readonly createdAt: Date;
}

const earliest = new Date("2000-01-01T00:00:00Z");

/** A conversation that is being read, sealed as it comes: the file may be larger than what is kept of it. */
export class ConversationDraft {
  readonly id = randomUUIDv7();
  readonly source: ConversationSource;
  readonly originalId: string;
  readonly importKey: Buffer<ArrayBuffer>;
  readonly titleEncrypted: string;
  readonly pinnedAt: Date | null;
  readonly archivedAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly messages: DraftMessage[] = [];
  /** Why it can't be imported, if it can't. */
  fault: LeftOutReason | null = null;

  private readonly ids: Generator<string, never>;
  private readonly known = new Map<string, string>();
  private readonly children = new Map<string | null, number>();
  private readonly activeMessageId: string | null;

  constructor(
    line: ConversationLine,
    private readonly target: { readonly userId: string; readonly now: Date },
    private readonly crypto: CryptoService,
  ) {
    this.source = line.source;
    this.originalId = line.id;
    this.importKey = createHash("sha256").update(`${line.source}\n${line.id}`).digest();
    this.titleEncrypted = crypto.seal(line.title, titleContext(target.userId, this.id));
    this.createdAt = this.time(line.createdAt);
    const updatedAt = this.time(line.updatedAt);
    this.updatedAt = updatedAt < this.createdAt ? this.createdAt : updatedAt;
    this.archivedAt = line.isArchived ? this.updatedAt : null;
    this.pinnedAt = line.isPinned && !line.isArchived ? this.updatedAt : null;
    this.activeMessageId = line.activeMessageId;
    this.ids = idsInOrder(target.now.getTime(), importLimits.messages, () => randomBytes(8));
  }

  /** A message that names one which has not come, or comes twice, makes the whole unreadable. */
  add(line: MessageLine): void {
    if (this.messages.length >= importLimits.messages) {
      this.fail("too_long");
    }
    const parentId = line.parentId === null ? null : this.known.get(line.parentId);
    if (parentId === undefined || this.known.has(line.id)) {
      this.fail("unreadable");
    }
    if (this.fault !== null || parentId === undefined) {
      return;
    }
    const versions = (this.children.get(parentId) ?? 0) + 1;
    if (versions > messageMaxVersions) {
      this.fail("too_long");
      return;
    }
    this.children.set(parentId, versions);
    const id = this.ids.next().value;
    this.known.set(line.id, id);
    const { role, status, usage } = line;
    const sealed = sealParts(this.crypto, { userId: this.target.userId, messageId: id }, line.parts.map(ownPart));
    this.messages.push({ id, parentId, role, status, usage, createdAt: this.time(line.createdAt), ...sealed });
  }

  fail(fault: LeftOutReason): void {
    this.fault ??= fault;
    this.messages.length = 0;
  }

  /** The messages of the branch that is shown: down to its end, and on from there by the newest, so that it ends where nothing follows. */
  shown(): ReadonlySet<string> {
    const parents = new Map(this.messages.map(({ id, parentId }) => [id, parentId]));
    const newestAfter = new Map(this.messages.map(({ id, parentId }) => [parentId, id]));
    const active = this.activeMessageId === null ? undefined : this.known.get(this.activeMessageId);
    const path = new Set<string>();
    for (let at: string | null | undefined = active ?? this.messages.at(-1)?.id; at !== null && at !== undefined; at = parents.get(at)) {
      path.add(at);
    }
    for (let at = active === undefined ? undefined : newestAfter.get(active); at !== undefined; at = newestAfter.get(at)) {
      path.add(at);
    }
    return path;
  }

  /** Never after now, and never so early that no database keeps it. */
  private time(iso: string): Date {
    const time = new Date(iso);
    return time > this.target.now ? this.target.now : time < earliest ? earliest : time;
  }
}

/** What of a part is taken over: a file that a line names may not become one that is kept here, and nothing goes on by itself. */
export function ownPart(part: MessagePart): MessagePart {
  if (part.type === "file") {
    const { type, name, mediaType, sizeBytes } = part;
    return { type, name, mediaType, sizeBytes };
  }
  return part.type === "tool_call" && part.state === "running" && part.isForClient !== true ? { ...part, state: "failed" } : part;
}
