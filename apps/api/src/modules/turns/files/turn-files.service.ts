import { createHash } from "node:crypto";
import { buffer } from "node:stream/consumers";
import type { AgentBackend, GatewayImage } from "@mosaic/agent-backends/agent-backend";
import { findBackend } from "@mosaic/agent-backends/registry";
import type { Message } from "@mosaic/contracts/chat";
import { isImageType, maxFileBytes } from "@mosaic/contracts/files";
import type { FilePart } from "@mosaic/contracts/message-parts";
import type { FoundFile } from "@mosaic/runtime/state-files";
import { Injectable } from "@nestjs/common";
import { AppError } from "../../../platform/errors/app-error.js";
import { Logger } from "../../../platform/logging/logger.js";
import { FairGate } from "../../../platform/pressure/fair-gate.js";
import { AgentConfigService } from "../../agent-config/agent-config.service.js";
import { AgentFilesService } from "../../containers/files/agent-files.service.js";
import { fileNameOf } from "../../files/file-name.js";
import { FilesService } from "../../files/files.service.js";
import type { RunningTurn } from "../running-turn.js";
import { partsOfFiles, sentFilesOf, type ImageLimits } from "./sent-files.js";
import { TurnFilesRepository } from "./turn-files.repository.js";

/** What is looked at of what an agent has made. */
const outboxLimits = { depth: 3, entries: 1_000, bytes: 512 * 1024 * 1024 };
const maxFilesPerAnswer = 10;
/** Between the clocks of Mosaic and of the machine that agents run on. */
const clockSlackMs = 5_000;
/** A turn's images are in memory until its gateway has them, three times for a moment. */
const showing = {
  atOnce: 4,
  atOncePerKey: 1,
  waiting: 1_000,
  waitingPerKey: 10,
  longestWaitMs: 60_000,
  words: {
    ofKey: "You have sent many images at once. Send the message again in a moment.",
    inAll: "Many images are on their way at this moment. Send the message again in a moment.",
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

/** The files of a turn: those that its question brings to the agent, and those that the agent makes for its answer. */
@Injectable()
export class TurnFilesService {
  private readonly showing = new FairGate(showing);

  constructor(
    private readonly files: FilesService,
    private readonly agentFiles: AgentFilesService,
    private readonly agentConfig: AgentConfigService,
    private readonly repository: TurnFilesRepository,
    private readonly logger: Logger,
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

  /** Offers what the agent has made in this turn. Never rejects: an answer is one without its files, too. */
  async collect(turn: RunningTurn, { workspace }: AgentBackend): Promise<void> {
    const sinceMs = turn.answerCreatedAt.getTime() - clockSlackMs;
    let left = maxFilesPerAnswer;
    const take = async (found: FoundFile): Promise<void> => {
      if (left > 0 && found.sizeBytes > 0 && found.modifiedAt.getTime() >= sinceMs && (await this.offer(turn, workspace.outbox, found))) {
        left -= 1;
      }
    };
    try {
      await this.agentFiles.read(turn.agentId, `${workspace.folder}/${workspace.outbox}`, outboxLimits, take);
    } catch (error) {
      this.logger.warn("what an agent made could not be looked at", { agentId: turn.agentId, why: String(error) });
    }
  }

  /** False for what was offered before. */
  private async offer(turn: RunningTurn, outbox: string, { path, sizeBytes, modifiedAt, content }: FoundFile): Promise<boolean> {
    const { userId, agentId, answerId } = turn;
    const sourceMark = createHash("sha256")
      .update(JSON.stringify([agentId, path, sizeBytes, modifiedAt.getTime()]))
      .digest("base64");
    try {
      const file = await this.files.store({ userId, name: path, sizeBytes, content: content(), made: { messageId: answerId, sourceMark } });
      if (file !== null) {
        turn.tell({ type: "file", ...file, workspacePath: placeOf(outbox, path) });
      }
      return file !== null;
    } catch (error) {
      if (!(error instanceof AppError)) {
        throw error;
      }
      // It stays in the workspace, which the page says.
      const told = { name: fileNameOf(path), mediaType: "application/octet-stream", sizeBytes } as const;
      turn.tell({ type: "file", ...told, workspacePath: placeOf(outbox, path) });
      this.logger.debug("what an agent made is not offered", { agentId, code: error.code, isTooLarge: sizeBytes > maxFileBytes });
      return true;
    }
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

/** In words: an agent may have called its folders anything. */
function placeOf(outbox: string, path: string): string {
  return [outbox, ...path.split("/").map(fileNameOf)].join("/").slice(0, 400);
}
