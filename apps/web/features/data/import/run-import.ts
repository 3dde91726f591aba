import { importLimits, importReport, type ImportReport, type LeftOutReason } from "@mosaic/contracts/conversation-files";
import { fieldsOf, type Omission } from "@/features/data/import/foreign";
import { WrongFile, type ImportText } from "@/features/data/import/import-text";
import { JsonElements, type JsonElement } from "@/features/data/import/json-elements";
import { recognised } from "@/features/data/import/recognised";
import { textsOf } from "@/features/data/import/texts-of-file";
import { send } from "@/lib/api";

/** What came, and how often something was left out and why. */
export interface ImportOutcome {
  readonly added: number;
  readonly messages: number;
  readonly known: number;
  /** Of an archive, that were left out or not read to their end. */
  readonly files: number;
  /** Conversations. */
  readonly leftOut: ReadonlyMap<LeftOutReason | "unknown", number>;
  /** Of conversations that came. */
  readonly omissions: ReadonlyMap<Omission, number>;
}

interface ImportRun {
  readonly agentId: string;
  readonly signal: AbortSignal;
  /** How much of the file has been taken, and what of it. */
  readonly onProgress: (share: number, outcome: ImportOutcome) => void;
}

/** A conversation in a file of other software has much that does not come along. */
const valueMaxCharacters = 128 * 1024 * 1024;
/** What is sent at once, unless one conversation is larger. */
const sendAtOnce = { characters: 1024 * 1024, conversations: 100 };

/** A line that begins a conversation, and that the API counts as one it can't read. */
const unreadableConversation = JSON.stringify({ type: "conversation" });

/** Reads a file as it is sent: of whatever size it is, and packed or not, no more than one conversation and what waits to be sent is in memory. */
export const runImport = async (file: Blob, { agentId, signal, onProgress }: ImportRun): Promise<ImportOutcome> => {
  const sending = new Sending(agentId, signal);
  const texts = await textsOf(file, signal);
  const size = texts.reduce((sum, text) => sum + text.size, 0);
  let read = 0;
  const readOne = async ({ chunks }: ImportText): Promise<void> => {
    const elements = new JsonElements(valueMaxCharacters);
    const decoder = new TextDecoder();
    let isStart = true;
    sending.begin();
    for await (const bytes of chunks()) {
      signal.throwIfAborted();
      if (isStart) assertJson(bytes);
      isStart = false;
      for (const element of elements.push(decoder.decode(bytes, { stream: true }))) {
        await sending.take(element);
      }
      read += bytes.length;
      onProgress(Math.min(1, read / size), sending.outcome());
    }
    for (const element of elements.end()) await sending.take(element);
  };
  const faults: WrongFile[] = [];
  for (const text of texts) {
    try {
      await readOne(text);
    } catch (error) {
      if (!(error instanceof WrongFile)) throw error;
      // What came before it is good, and in an archive what comes after it may be.
      sending.breakOff();
      await sending.finish();
      faults.push(error);
      if (faults.length < texts.length) sending.leaveOutFile();
      onProgress(Math.min(1, read / size), sending.outcome());
      if (error.why === "locked") throw error;
    }
  }
  const [fault] = faults;
  if (fault !== undefined && faults.length === texts.length) throw fault;
  await sending.finish();
  onProgress(1, sending.outcome());
  return sending.outcome();
};

const assertJson = (bytes: Uint8Array): void => {
  const start = new TextDecoder()
    .decode(bytes.subarray(0, 100))
    .replace(/^\uFEFF/, "")
    .trimStart();
  if (!/^[[{]/.test(start)) throw new WrongFile("other");
};

class Sending {
  private lines: string[] = [];
  private characters = 0;
  private conversations = 0;
  private isOwn = false;
  private added = 0;
  private messages = 0;
  private known = 0;
  private files = 0;
  private readonly leftOut = new Map<LeftOutReason | "unknown", number>();
  private readonly omissions = new Map<Omission, number>();

  constructor(
    private readonly agentId: string,
    private readonly signal: AbortSignal,
  ) {}

  /** Another file begins. */
  begin(): void {
    this.isOwn = false;
  }

  /** The file ends before its end. Half a conversation is none: the rest of it could never be added. */
  breakOff(): void {
    if (this.isOwn && this.lines.length > 0) this.put("{", false);
  }

  /** A file of an archive, or the rest of it. */
  leaveOutFile(): void {
    this.files += 1;
  }

  async take(element: JsonElement): Promise<void> {
    if ("fault" in element) {
      // In a file of Mosaic's own it may be a message: its conversation is left out, and only the API knows when it ends.
      if (this.isOwn) this.put("{", false);
      else count(this.leftOut, element.fault);
      return;
    }
    const found = recognised(element.value, Date.now());
    switch (found.kind) {
      case "header":
        this.isOwn = true;
        return;
      case "other_version":
        throw new WrongFile("version");
      case "unknown":
        if (!this.isOwn) count(this.leftOut, "unknown");
        // The conversation before it is whole.
        else if (fieldsOf(element.value)["type"] === "conversation") await this.add(true, [unreadableConversation]);
        else this.put("{", false);
        return;
      case "own":
        this.isOwn = true;
        await this.add(found.line.type === "conversation", [JSON.stringify(found.line)]);
        return;
      case "conversation":
        found.omissions.forEach((omission) => count(this.omissions, omission));
        await this.add(
          true,
          found.lines.map((line) => JSON.stringify(line)),
        );
    }
  }

  async finish(): Promise<void> {
    if (this.conversations === 0 && this.lines.length === 0) return;
    const content = this.lines.join("\n");
    [this.lines, this.characters, this.conversations] = [[], 0, 0];
    if (bytesOf(content) > importLimits.requestBytes) {
      count(this.leftOut, "too_long");
      return;
    }
    const path = `/api/agents/${this.agentId}/conversation-imports`;
    const response = await send(path, { method: "POST", text: { type: "application/jsonl", content }, signal: this.signal });
    this.note(importReport.parse(await response.json()));
  }

  outcome(): ImportOutcome {
    const { added, messages, known, files, leftOut, omissions } = this;
    return { added, messages, known, files, leftOut: new Map(leftOut), omissions: new Map(omissions) };
  }

  /** Conversations are sent whole: what comes after a new one begins goes with the next request. */
  private async add(isConversation: boolean, lines: readonly string[]): Promise<void> {
    const size = lines.reduce((sum, line) => sum + line.length, 0);
    const isFull = this.characters + size > sendAtOnce.characters || this.conversations >= sendAtOnce.conversations;
    if (isConversation && isFull) await this.finish();
    lines.forEach((line, index) => this.put(line, isConversation && index === 0));
  }

  private put(line: string, isConversation: boolean): void {
    this.lines.push(line);
    this.characters += line.length;
    this.conversations += isConversation ? 1 : 0;
  }

  private note({ added, messages, known, leftOut }: ImportReport): void {
    this.added += added;
    this.messages += messages;
    this.known += known;
    for (const one of leftOut) count(this.leftOut, one.reason, one.count);
  }
}

/** Up to three bytes a character: most files need no counting. */
const bytesOf = (content: string): number =>
  content.length * 3 <= importLimits.requestBytes ? content.length : new TextEncoder().encode(content).length;

const count = <Key>(counts: Map<Key, number>, key: Key, by = 1): void => {
  counts.set(key, (counts.get(key) ?? 0) + by);
};
