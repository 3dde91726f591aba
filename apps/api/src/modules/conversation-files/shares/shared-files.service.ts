import { sharedFileTicket, type SharedFile, type SharedFileQuery, type SharedMessage } from "@mosaic/contracts/shares";
import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../../platform/clock/clock.js";
import { AppError } from "../../../platform/errors/app-error.js";
import { CryptoService } from "../../crypto/crypto.service.js";
import { SealError } from "../../crypto/sealed-box.js";
import { FilesService } from "../../files/files.service.js";
import type { OpenFile } from "../../files/files.types.js";
import { ShareLinksService } from "./share-links.service.js";
import { SharedReadingService } from "./shared-reading.service.js";
import { SharesRepository } from "./shares.repository.js";

/** A page that is read for longer has its images by then; a line of a proxy's log opens nothing any more. */
const ticketMs = 60 * 60_000;
const ticketContext = { owner: "system", field: "shared_files.ticket" };

/** The files of copies. They are the conversation's own, which go with it as its copies do: a copy names them, and that is what opens them. */
@Injectable()
export class SharedFilesService {
  constructor(
    private readonly reading: SharedReadingService,
    private readonly repository: SharesRepository,
    private readonly links: ShareLinksService,
    private readonly files: FilesService,
    private readonly crypto: CryptoService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** For who has just opened a page of a link, whose token stands in no address: what opens each file of it for an hour. */
  ticketsOf(shareId: string, messages: readonly SharedMessage[]): SharedFile[] {
    const untilMs = this.clock.now().getTime() + ticketMs;
    return fileIdsOf(messages).map((id) => {
      const sealed = this.crypto.seal(JSON.stringify({ shareId, fileId: id, untilMs }), ticketContext);
      return { id, ticket: Buffer.from(sealed).toString("base64url") };
    });
  }

  /** Throws `not_found`, also once the link was revoked or switched off, and its conversation or the file is gone. */
  async byTicket(ticket: string): Promise<OpenFile> {
    const { shareId, fileId } = this.read(ticket);
    const share = (await this.links.isOn()) ? await this.repository.findLink(shareId) : null;
    if (share === null) {
      throw new AppError("not_found");
    }
    return this.files.open(share.ownerId, fileId);
  }

  /** Throws `not_found` for a copy that is for others, and for a file that this page of it does not name, as for what there is not. */
  async forMember(userId: string, id: string, { page, file }: SharedFileQuery): Promise<OpenFile> {
    const copy = await this.reading.forMember(userId, id);
    const { messages } = await this.reading.page(copy, page);
    if (!fileIdsOf(messages).includes(file)) {
      throw new AppError("not_found");
    }
    return this.files.open(copy.share.ownerId, file);
  }

  private read(ticket: string): { readonly shareId: string; readonly fileId: string } {
    try {
      const opened = sharedFileTicket.parse(JSON.parse(this.crypto.open(Buffer.from(ticket, "base64url").toString(), ticketContext)));
      if (opened.untilMs > this.clock.now().getTime()) {
        return opened;
      }
    } catch (error) {
      if (!(error instanceof SealError)) {
        throw error;
      }
    }
    throw new AppError("not_found", { detail: "This address of a file has expired. Open the shared conversation again." });
  }
}

function fileIdsOf(messages: readonly SharedMessage[]): string[] {
  const ids = messages.flatMap(({ parts }) => parts.flatMap((part) => (part.type === "file" && part.id !== undefined ? [part.id] : [])));
  return [...new Set(ids)];
}
