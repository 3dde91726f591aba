import { redact } from "@mosaic/agent-backends/redact";
import { markOrigins } from "@mosaic/agent-backends/supervisor-log";
import type { AgentLogs } from "@mosaic/contracts/admin-containers";
import { Injectable } from "@nestjs/common";
import { AppError } from "../../../platform/errors/app-error.js";
import { AgentConfigService } from "../../agent-config/agent-config.service.js";
import { containerTokenContext } from "../../agent-config/agent-config.types.js";
import { CryptoService } from "../../crypto/crypto.service.js";
import { RuntimeHostService } from "../../runtime-host/runtime-host.service.js";
import { ContainersRepository } from "../containers.repository.js";
import { toStartError } from "../start/start-failure.js";

/** What agents' containers printed. */
@Injectable()
export class AgentLogsService {
  constructor(
    private readonly containers: ContainersRepository,
    private readonly host: RuntimeHostService,
    private readonly agentConfig: AgentConfigService,
    private readonly crypto: CryptoService,
  ) {}

  /** The last lines of an agent's container, secrets blacked out; what its supervisor did not sign is marked. */
  async recent(agentId: string, count: number): Promise<AgentLogs> {
    const lines = await this.lines(agentId, count + 1);
    return { lines: lines.slice(-count), isComplete: lines.length <= count };
  }

  private async lines(agentId: string, lines: number): Promise<string[]> {
    const target = await this.containers.find(agentId);
    if (target === null) {
      throw new AppError("not_found");
    }
    const { container } = target;
    if (container === null) {
      return [];
    }
    try {
      const runtime = await this.host.runtime();
      const token = this.crypto.open(container.tokenEncrypted, containerTokenContext(target.ownerId, agentId));
      const secrets = await this.agentConfig.secretsOf(target.ownerId, token);
      return markOrigins(await runtime.logs(container.name, lines), token).map((line) => blackOut(line, secrets));
    } catch (error) {
      throw toStartError(error);
    }
  }
}

/** The longest first, so that nothing is left of one that begins like another. */
function blackOut(line: string, secrets: readonly string[]): string {
  const longestFirst = secrets.filter((secret) => secret !== "").toSorted((a, b) => b.length - a.length);
  return redact(longestFirst.reduce((text, secret) => text.replaceAll(secret, "[hidden]"), line));
}
