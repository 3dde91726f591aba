import { createHash } from "node:crypto";
import type { AgentBackend } from "@mosaic/agent-backends/agent-backend";
import { maxFileBytes } from "@mosaic/contracts/files";
import { RuntimeError } from "@mosaic/runtime/agent-runtime";
import type { FoundFile } from "@mosaic/runtime/state-files";
import { untilAborted } from "@mosaic/runtime/until-aborted";
import { Inject, Injectable } from "@nestjs/common";
import { AppError } from "../../../platform/errors/app-error.js";
import { Logger } from "../../../platform/logging/logger.js";
import { FairGate } from "../../../platform/pressure/fair-gate.js";
import { AgentFilesService } from "../../containers/files/agent-files.service.js";
import { fileNameOf } from "../../files/file-name.js";
import { FilesService } from "../../files/files.service.js";
import type { RunningTurn } from "../running-turn.js";
import { TURN_LIMITS, type TurnLimits } from "../turn-limits.js";
import { isOfOtherConversation, outboxOf } from "./outbox.js";

/** What is looked at of what an agent has made. Names that are old count, too: each is asked for its time. */
const outboxLimits = { depth: 4, entries: 100_000, bytes: 512 * 1024 * 1024 };
const maxFilesPerAnswer = 10;
/** Between the clocks of Mosaic and of the machine that agents run on. */
const clockSlackMs = 5_000;
/** An engine archives the whole folder for each, and what is found is stored meanwhile. */
const collecting = {
  atOnce: 8,
  atOncePerKey: 2,
  waiting: 1_000,
  waitingPerKey: 10,
  longestWaitMs: 20_000,
  words: { ofKey: "Many of your answers end at once.", inAll: "Many answers end at once." },
} as const;

interface Search {
  readonly turn: RunningTurn;
  readonly outbox: string;
  readonly signal: AbortSignal;
}

/** The files that an agent makes for its answers. */
@Injectable()
export class MadeFilesService {
  private readonly collecting = new FairGate(collecting);

  constructor(
    private readonly files: FilesService,
    private readonly agentFiles: AgentFilesService,
    private readonly logger: Logger,
    @Inject(TURN_LIMITS) private readonly limits: TurnLimits,
  ) {}

  /**
   * Offers what the agent has made in this turn, and says in the answer if that was not looked at to its end. Never rejects: an answer is one without its
   * files, too. Its conversation is busy meanwhile, so it takes a while at most, and less where somebody has stopped the turn or stops it now.
   */
  async collect(turn: RunningTurn, { workspace }: AgentBackend): Promise<void> {
    const isStopped = turn.interruption !== null;
    const patience = AbortSignal.timeout(isStopped ? this.limits.collectStoppedMs : this.limits.collectMs);
    const signal = isStopped ? patience : AbortSignal.any([patience, turn.interrupting]);
    const search = { turn, outbox: workspace.outbox, signal };
    let notice: string | null;
    try {
      const look = async (): Promise<string | null> => untilAborted(this.look(search, workspace.folder), signal);
      notice = await this.collecting.run(turn.userId, look, signal);
    } catch (error) {
      this.logger.warn("what an agent made could not be looked at", { agentId: turn.agentId, why: String(error) });
      notice = notAll(workspace.outbox);
    }
    if (notice !== null) {
      turn.flush();
      turn.tell({ type: "resumed", parts: [...turn.parts, { type: "notice", text: notice }] });
    }
  }

  /** What is to be said about it; `null`: nothing. */
  private async look(search: Search, folder: string): Promise<string | null> {
    const { turn, outbox, signal } = search;
    const modifiedSince = new Date(turn.answerCreatedAt.getTime() - clockSlackMs);
    // Whoever else speaks to an agent that nobody owns is not offered what is made here, and the other way round.
    const below = turn.isOwned ? "" : `${turn.conversationId}/`;
    let left = maxFilesPerAnswer;
    let notice: string | null = null;
    const take = async (found: FoundFile): Promise<boolean> => {
      const path = below + found.path;
      if (found.sizeBytes === 0 || isOfOtherConversation(path, turn.conversationId)) {
        return true;
      }
      if (left === 0) {
        notice = tooMany(outbox);
        return false;
      }
      left -= (await this.offer(search, { ...found, path })) ? 1 : 0;
      return true;
    };
    const path = `${folder}/${turn.isOwned ? outbox : outboxOf(outbox, turn.conversationId)}`;
    const isAll = await this.agentFiles.read(turn.agentId, { path, limits: outboxLimits, modifiedSince, signal }, take);
    return isAll ? notice : notAll(outbox);
  }

  /** False for what was offered before: also in this turn, by a process that died. */
  private async offer({ turn, outbox, signal }: Search, { path, sizeBytes, modifiedAt, content }: FoundFile): Promise<boolean> {
    const { userId, agentId, answerId } = turn;
    const sourceMark = createHash("sha256")
      .update(JSON.stringify([agentId, path, sizeBytes, modifiedAt.getTime()]))
      .digest("base64");
    const workspacePath = placeOf(outbox, path);
    try {
      const file = await this.files.store({ userId, name: path, sizeBytes, content: content(), made: { messageId: answerId, sourceMark } });
      signal.throwIfAborted();
      const isNew = file !== null && !turn.parts.some((part) => part.type === "file" && part.id === file.id);
      if (isNew) {
        turn.tell({ type: "file", ...file, workspacePath });
      }
      return isNew;
    } catch (error) {
      signal.throwIfAborted();
      const isOfFile = error instanceof AppError || (error instanceof RuntimeError && error.code === "file_unreadable");
      if (!isOfFile) {
        throw error;
      }
      // It stays in the workspace, which the page says.
      const told = { name: fileNameOf(path), mediaType: "application/octet-stream", sizeBytes } as const;
      turn.tell({ type: "file", ...told, workspacePath });
      this.logger.debug("what an agent made is not offered", { agentId, code: error.code, isTooLarge: sizeBytes > maxFileBytes });
      return true;
    }
  }
}

function tooMany(outbox: string): string {
  return `The agent made more than ${maxFilesPerAnswer} files. The others are in its workspace, in ${outbox}.`;
}

function notAll(outbox: string): string {
  return `Mosaic could not look at everything that the agent may have made, so files may be missing here. They are in its workspace, in ${outbox}.`;
}

/** In words: an agent may have called its folders anything. */
function placeOf(outbox: string, path: string): string {
  return [outbox, ...path.split("/").map(fileNameOf)].join("/").slice(0, 400);
}
