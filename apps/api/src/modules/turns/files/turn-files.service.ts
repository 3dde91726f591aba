import { buffer } from "node:stream/consumers";
import type { AgentBackend, GatewayImage } from "@mosaic/agent-backends/agent-backend";
import { findBackend } from "@mosaic/agent-backends/registry";
import type { Message } from "@mosaic/contracts/chat";
import { isImageType } from "@mosaic/contracts/files";
import type { FilePart } from "@mosaic/contracts/message-parts";
import { Injectable } from "@nestjs/common";
import { AppError } from "../../../platform/errors/app-error.js";
import { FairGate } from "../../../platform/pressure/fair-gate.js";
import { AgentConfigService } from "../../agent-config/agent-config.service.js";
import { AgentFilesService } from "../../containers/files/agent-files.service.js";
import { FilesService } from "../../files/files.service.js";
import type { RunningTurn } from "../running-turn.js";
import { partsOfFiles, sentFilesOf, type ImageLimits } from "./sent-files.js";
import { TurnFilesRepository } from "./turn-files.repository.js";

/** A turn's images are in memory until its gateway has them, three times for a moment. */
const showing = {
  atOnce: 4,
  atOncePerKey: 1,
  waiting: 1_000,
  waitingPerKey: 10,
  longestWaitMs: 60_000,
  words: {
    ofKey: "You have sent many images at once. Send the message again in a moment.",
    inAll: "Too many images are being sent right now. Send the message again in a moment.",
  },
} as const;

const gone = "A file of this message is not there any more. Write the message anew, without it.";

/** Images on their way to a gateway. */
export interface ShownImages {
  readonly list: readonly GatewayImage[];
  /** The gateway has them, or will never. */
  release(): void;
}

export const noImages: ShownImages = { list: [], release: () => undefined };

/** The files that the question of a turn brings to its agent. */
@Injectable()
export class TurnFilesService {
  private readonly showing = new FairGate(showing);

  constructor(
    private readonly files: FilesService,
    private readonly agentFiles: AgentFilesService,
    private readonly agentConfig: AgentConfigService,
    private readonly repository: TurnFilesRepository,
  ) {}

  /** What a message says of these files. Throws `not_found` unless all of them are there and may go with it. */
  async partsFor(userId: string, conversationId: string, fileIds: readonly string[]): Promise<FilePart[]> {
    if (fileIds.length === 0) {
      return [];
    }
    const files = await this.files.forMessage(userId, conversationId, [...new Set(fileIds)]);
    const agent = await this.repository.findAgent(userId, conversationId);
    if (agent === null) {
      throw new AppError("not_found");
    }
    const backend = findBackend(agent.backendId);
    const isAnyImage = files.some(({ mediaType }) => isImageType(mediaType));
    const images = isAnyImage && backend !== null ? await this.imagesOfModel(agent.agentId, backend) : null;
    return partsOfFiles(files, backend?.workspace.inbox ?? "inbox", images);
  }

  /** Puts a question's files into the agent's workspace, and tells the turn's readers while it lasts. Idempotent. */
  async deliver(turn: RunningTurn, question: Message, { workspace }: AgentBackend): Promise<void> {
    const sent = sentFilesOf(question.parts);
    if (sent.length === 0) {
      return;
    }
    const detail = sent.length === 1 ? "A file is being put into the workspace." : `${sent.length} files are being put into the workspace.`;
    turn.tell({ type: "notice", code: "files_on_their_way", detail });
    for (const { id, workspacePath, sizeBytes } of sent) {
      turn.signal.throwIfAborted();
      const file = await this.files.open(turn.userId, id).catch((error: unknown) => {
        throw error instanceof AppError && error.code === "not_found" ? new AppError("not_found", { detail: gone }) : error;
      });
      await this.agentFiles.put(turn.agentId, { path: `${workspace.folder}/${workspacePath}`, sizeBytes, content: file.content() });
    }
  }

  /** The images of a question that its model is shown. Whoever asks releases them. */
  async show(turn: RunningTurn, question: Message): Promise<ShownImages> {
    const shown = sentFilesOf(question.parts).filter(({ isShownToModel }) => isShownToModel === true);
    if (shown.length === 0) {
      return noImages;
    }
    const leave = await this.showing.enter(turn.userId, turn.signal);
    const list: GatewayImage[] = [];
    try {
      for (const { id, name, mediaType } of shown) {
        const file = await this.files.open(turn.userId, id);
        list.push({ name, mediaType, base64: (await buffer(file.content())).toString("base64") });
      }
    } catch (error) {
      leave();
      throw error;
    }
    const release = (): void => {
      list.length = 0;
      leave();
    };
    return { list, release };
  }

  private async imagesOfModel(agentId: string, { images }: AgentBackend): Promise<ImageLimits> {
    try {
      const [first] = (await this.agentConfig.modelsInUse(agentId)).models;
      const known = first?.provider.models.find(({ id }) => id === first.model);
      return known?.images === true ? images : null;
    } catch (error) {
      // The turn itself says what is wrong with the model.
      if (error instanceof AppError) {
        return null;
      }
      throw error;
    }
  }
}
