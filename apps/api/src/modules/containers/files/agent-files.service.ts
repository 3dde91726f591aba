import { RuntimeError } from "@mosaic/runtime/agent-runtime";
import type { FolderRequest, StateFile, TakeFile } from "@mosaic/runtime/state-files";
import { Injectable } from "@nestjs/common";
import { AppError } from "../../../platform/errors/app-error.js";
import { RuntimeHostService } from "../../runtime-host/runtime-host.service.js";
import { ContainersRepository } from "../containers.repository.js";

/** Puts files into an agent's state, and reads what it has made there. */
@Injectable()
export class AgentFilesService {
  constructor(
    private readonly runtimes: RuntimeHostService,
    private readonly containers: ContainersRepository,
  ) {}

  /** Idempotent. Throws `not_found` for an agent that was never started, `runtime_unavailable` or `runtime_refused`, in words for whoever sent the file. */
  async put(agentId: string, file: StateFile): Promise<void> {
    try {
      await (await this.runtimes.runtime()).putFile(await this.nameOf(agentId), file);
    } catch (error) {
      if (error instanceof RuntimeError) {
        const code = error.code === "unreachable" ? "runtime_unavailable" : "runtime_refused";
        throw new AppError(code, { detail: `The file could not be put into the agent's workspace. ${error.detail}`, cause: error });
      }
      throw error;
    }
  }

  /** Whether that was all, as `AgentRuntime.readFiles`. Rejects with `RuntimeError`, the signal's reason, or what `take` throws. */
  async read(agentId: string, request: FolderRequest, take: TakeFile): Promise<boolean> {
    return (await this.runtimes.runtime()).readFiles(await this.nameOf(agentId), request, take);
  }

  private async nameOf(agentId: string): Promise<string> {
    const name = (await this.containers.find(agentId))?.container?.name;
    if (name === undefined) {
      throw new AppError("not_found", { detail: "The agent is not there any more." });
    }
    return name;
  }
}
