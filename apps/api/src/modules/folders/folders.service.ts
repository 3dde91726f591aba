import { randomUUID, randomUUIDv7 } from "node:crypto";
import { maxFolders, type CreateFolder, type Folder, type UpdateFolder } from "@mosaic/contracts/folders";
import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { AppError } from "../../platform/errors/app-error.js";
import { CryptoService } from "../crypto/crypto.service.js";
import { OwnerEventsService } from "../owner-events/owner-events.service.js";
import { FoldersRepository } from "./folders.repository.js";
import { folderInstructionsContext, folderNameContext, type StoredFolder } from "./folders.types.js";

/** A person's folders: names and instructions are sealed for that person. */
@Injectable()
export class FoldersService {
  constructor(
    private readonly repository: FoldersRepository,
    private readonly events: OwnerEventsService,
    private readonly crypto: CryptoService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** All of them, the oldest first. */
  async list(userId: string): Promise<Folder[]> {
    const stored = await this.repository.list(userId);
    return stored.map((folder) => this.opened(userId, folder));
  }

  /** Throws `conflict` when the user has as many as there may be. */
  async create(userId: string, { name, instructions }: CreateFolder): Promise<Folder> {
    const id = randomUUIDv7();
    const stored: StoredFolder = {
      id,
      nameEncrypted: this.crypto.seal(name, folderNameContext(userId, id)),
      instructionsEncrypted: this.crypto.seal(instructions, folderInstructionsContext(userId, id)),
      createdAt: this.clock.now(),
    };
    if (!(await this.repository.create({ ...stored, userId, instructionsId: idOf(instructions) }))) {
      throw new AppError("conflict", { detail: `You have ${maxFolders} folders. Delete one that you no longer need.` });
    }
    await this.events.publish(userId, { type: "folders" });
    return this.opened(userId, stored);
  }

  /** Throws `not_found` for another's as for a missing one. */
  async update(userId: string, id: string, { name, instructions }: UpdateFolder): Promise<Folder> {
    const stored = await this.repository.update(userId, id, {
      ...(name === undefined ? {} : { nameEncrypted: this.crypto.seal(name, folderNameContext(userId, id)) }),
      ...(instructions === undefined
        ? {}
        : {
            instructions: {
              encrypted: this.crypto.seal(instructions, folderInstructionsContext(userId, id)),
              id: idOf(instructions),
            },
          }),
    });
    if (stored === null) {
      throw new AppError("not_found");
    }
    await this.events.publish(userId, { type: "folders" });
    return this.opened(userId, stored);
  }

  /** Its conversations stay, in no folder. Throws `not_found` for another's as for a missing one. */
  async delete(userId: string, id: string): Promise<void> {
    if (!(await this.repository.delete(userId, id))) {
      throw new AppError("not_found");
    }
    await this.events.publish(userId, { type: "folders" });
  }

  private opened(userId: string, { id, nameEncrypted, instructionsEncrypted, createdAt }: StoredFolder): Folder {
    return {
      id,
      name: this.crypto.open(nameEncrypted, folderNameContext(userId, id)),
      instructions: this.crypto.open(instructionsEncrypted, folderInstructionsContext(userId, id)),
      createdAt: createdAt.toISOString(),
    };
  }
}

function idOf(instructions: string): string | null {
  return instructions === "" ? null : randomUUID();
}
