import { randomUUIDv7 } from "node:crypto";
import { fileType, maxFileBytes, type ChatFile, type FileRoom, type FileSettings, type FileType } from "@mosaic/contracts/files";
import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { AppError } from "../../platform/errors/app-error.js";
import { Periodic } from "../../platform/periodic/periodic.js";
import { CryptoService } from "../crypto/crypto.service.js";
import { SealError } from "../crypto/sealed-box.js";
import { SettingsService } from "../settings/settings.service.js";
import { KindReader } from "./file-kind.js";
import { fileNameOf } from "./file-name.js";
import { FilePiecesRepository } from "./file-pieces.repository.js";
import { FilesRepository } from "./files.repository.js";
import type { NewFile, OpenFile, StoredFile } from "./files.types.js";
import {
  fileKey,
  fileKeyContext,
  fileNameContext,
  inPieces,
  newFileKey,
  openPiece,
  pieceCount,
  sealPiece,
  sourceMarkContext,
} from "./sealed-pieces.js";

const draftsKeptMs = 24 * 60 * 60_000;
/** Longer than any upload takes. */
const unfinishedKeptMs = 60 * 60_000;
const removeEveryMs = 10 * 60_000;

/** Files of conversations: sealed in pieces as they come, and opened in pieces as they are read, so that no process holds a whole one. */
@Injectable()
export class FilesService {
  constructor(
    private readonly repository: FilesRepository,
    private readonly pieceRows: FilePiecesRepository,
    private readonly settings: SettingsService,
    private readonly crypto: CryptoService,
    @Inject(CLOCK) private readonly clock: Clock,
    periodic: Periodic,
  ) {
    periodic.every(removeEveryMs, { what: "removing files that nobody sent", run: async () => this.removeStale() });
  }

  async room(userId: string): Promise<FileRoom> {
    const [usedBytes, { quotaBytes }] = await Promise.all([this.repository.usedBytes(userId), this.settings.get("files.settings")]);
    return { usedBytes, quotaBytes };
  }

  async setQuota(value: FileSettings): Promise<void> {
    const audit = {
      action: "file.set_quota",
      target: { type: "setting", id: "files.settings" },
      details: { quotaBytes: value.quotaBytes },
    } as const;
    await this.settings.set("files.settings", value, audit);
  }

  /**
   * Takes in a file while it comes. Throws `file_too_large`, `file_quota_reached`, `invalid_input` for content of another size than was said, and
   * whatever `content` throws; then nothing of it stays. `null`: what an agent made is stored already, for another answer; what is stored for the same one
   * comes as it is.
   */
  async store({ userId, name: given, sizeBytes, content, made: madeBy }: NewFile): Promise<ChatFile | null> {
    if (sizeBytes > maxFileBytes) {
      throw new AppError("file_too_large", { detail: `A file may have ${maxFileBytes / 1024 / 1024} MB. This one was not stored.` });
    }
    const [id, name, key] = [randomUUIDv7(), fileNameOf(given), newFileKey()];
    const made = madeBy === null ? null : { ...madeBy, sourceMark: this.crypto.mark(madeBy.sourceMark, sourceMarkContext(userId)) };
    const { quotaBytes } = await this.settings.get("files.settings");
    const sealed = {
      nameEncrypted: this.crypto.seal(name, fileNameContext(userId, id)),
      keyEncrypted: this.crypto.seal(key, fileKeyContext(userId, id)),
    };
    const reserved = await this.repository.reserve({ id, userId, sizeBytes, made, ...sealed, now: this.clock.now() }, quotaBytes);
    if (reserved.kind === "full") {
      throw new AppError("file_quota_reached", {
        detail: `Your files may take ${Math.floor(quotaBytes / 1024 / 1024).toLocaleString("en")} MB together. Delete conversations with files that you no longer need.`,
      });
    }
    if (reserved.kind === "known") {
      return reserved.file === null ? null : this.told(userId, reserved.file);
    }
    try {
      const mediaType = await this.take(content, { userId, id, key, sizeBytes });
      await this.repository.finish(id, mediaType, this.clock.now());
      return { id, name, mediaType, sizeBytes };
    } catch (error) {
      await this.repository.drop(id).catch(() => undefined);
      throw error;
    }
  }

  /** Throws `not_found` for another's file as for a missing one. */
  async open(userId: string, id: string): Promise<OpenFile> {
    const stored = await this.repository.find(userId, id);
    if (stored === null) {
      throw new AppError("not_found");
    }
    return this.opened(userId, stored);
  }

  /**
   * Those that go along with a message, in the order of `ids`. Throws `not_found` unless each is the user's and either not sent yet or sent in this
   * conversation before.
   */
  async forMessage(userId: string, conversationId: string, ids: readonly string[]): Promise<OpenFile[]> {
    const found = await this.repository.findForMessage(userId, conversationId, ids);
    return ids.map((id) => {
      const stored = found.find((file) => file.id === id);
      if (stored === undefined) {
        throw new AppError("not_found", { detail: "One of the files is not there any more. Remove it, and add it again." });
      }
      return this.opened(userId, stored);
    });
  }

  /** Throws `not_found` for one that was sent, too. */
  async removeDraft(userId: string, id: string): Promise<void> {
    if (!(await this.repository.removeDraft(userId, id))) {
      throw new AppError("not_found");
    }
  }

  async removeStale(): Promise<void> {
    const now = this.clock.now().getTime();
    await this.repository.removeLeft({ draftsUntil: new Date(now - draftsKeptMs), unfinishedUntil: new Date(now - unfinishedKeptMs) });
  }

  private async take(
    content: AsyncIterable<Buffer>,
    { userId, id, key, sizeBytes }: { userId: string; id: string; key: string; sizeBytes: number },
  ): Promise<FileType> {
    const [secret, kind] = [fileKey(key), new KindReader()];
    let [seq, count] = [0, 0];
    for await (const { plain, isLast } of inPieces(content)) {
      count += plain.length;
      if (count > sizeBytes || (isLast && count < sizeBytes)) {
        throw new AppError("invalid_input", {
          detail: "The file is not the size that was announced. It may have changed in the meantime: send it again.",
        });
      }
      kind.read(plain);
      await this.pieceRows.add(id, seq, sealPiece(secret, plain, { userId, fileId: id, seq, isLast }));
      seq += 1;
    }
    return kind.kind();
  }

  private opened(userId: string, stored: StoredFile): OpenFile {
    return { ...this.told(userId, stored), content: () => this.pieces(userId, stored) };
  }

  private told(userId: string, { id, sizeBytes, mediaType, nameEncrypted }: StoredFile): ChatFile {
    const name = this.crypto.open(nameEncrypted, fileNameContext(userId, id));
    return { id, name, mediaType: fileType.catch("application/octet-stream").parse(mediaType), sizeBytes };
  }

  private async *pieces(userId: string, { id, keyEncrypted, sizeBytes }: StoredFile): AsyncGenerator<Buffer> {
    const key = fileKey(this.crypto.open(keyEncrypted, fileKeyContext(userId, id)));
    const count = pieceCount(sizeBytes);
    for (let seq = 0; seq < count; seq += 1) {
      const sealed = await this.pieceRows.find(id, seq);
      if (sealed === null) {
        throw new SealError("a piece of a file is missing");
      }
      yield openPiece(key, sealed, { userId, fileId: id, seq, isLast: seq === count - 1 });
    }
  }
}
