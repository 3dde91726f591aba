import { Injectable } from "@nestjs/common";
import { CryptoService } from "../crypto/crypto.service.js";
import { FolderInstructionsRepository, type InstructedTurn } from "./folder-instructions.repository.js";
import { folderInstructionsContext } from "./folders.types.js";
import { withInstructions } from "./told-instructions.js";

/** Tells agents what the folder of a conversation says: once for each session, and again after each change. */
@Injectable()
export class FolderInstructionsService {
  constructor(
    private readonly repository: FolderInstructionsRepository,
    private readonly crypto: CryptoService,
  ) {}

  /** What the agent is sent in place of `text`. `isNewSession`: whatever it was told before, it does not know. Whoever asks again gets the same. */
  async instruct(turn: InstructedTurn, text: string, { isNewSession }: { readonly isNewSession: boolean }): Promise<string> {
    const found = await this.repository.of(turn, isNewSession);
    if (found?.isTold !== true) {
      return text;
    }
    const { folder } = found;
    return withInstructions(
      folder === null ? "" : this.crypto.open(folder.instructionsEncrypted, folderInstructionsContext(turn.userId, folder.id)),
      text,
    );
  }

  /** The agent never got what it was to be told: the next turn tells it. */
  async notTaken(turn: InstructedTurn): Promise<void> {
    await this.repository.takeBack(turn);
  }
}
