import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { Logger } from "../../platform/logging/logger.js";
import { Periodic } from "../../platform/periodic/periodic.js";
import { Shutdown } from "../../platform/shutdown/shutdown.js";
import { AgentStartService } from "../containers/start/agent-start.service.js";
import { errandPatienceMs, runErrand } from "./exchange/errand-exchange.js";
import { SessionDeletionRepository, type SessionToDelete } from "./session-deletion.repository.js";

/** How often is looked, so that tests can lower it. */
export const SESSION_DELETION_EVERY_MS = Symbol("SESSION_DELETION_EVERY_MS");
export const sessionDeletionEveryMs = 30_000;

/** No agent's share is large: one that does not answer is asked once, and all others wait for that. */
const atOnce = { inAll: 20, ofAgent: 3 };
/** Longer than all of them together may take. */
const claimedForMs = atOnce.inAll * errandPatienceMs + 60_000;
const longestPauseMs = 6 * 60 * 60_000;

/**
 * Has agents forget conversations that were removed: at once where the agent runs, else when it runs next, however long that takes. Asking twice does no
 * harm, so a process that dies in between loses nothing.
 */
@Injectable()
export class SessionDeletionService {
  constructor(
    private readonly repository: SessionDeletionRepository,
    private readonly starts: AgentStartService,
    private readonly shutdown: Shutdown,
    private readonly logger: Logger,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(SESSION_DELETION_EVERY_MS) everyMs: number,
    periodic: Periodic,
  ) {
    periodic.every(everyMs, { what: "deleting what agents remember of removed conversations", run: async () => this.deleteDue() });
  }

  /** Resolves when everything that was due at this moment was asked for once, or its agent can't be asked. */
  async deleteDue(): Promise<void> {
    for (;;) {
      const claimed = await this.repository.claim(this.clock.now(), this.in(claimedForMs), atOnce);
      const away = new Set<string>();
      for (const due of claimed) {
        if (this.shutdown.signal.aborted) {
          return;
        }
        if (!away.has(due.agentId) && !(await this.delete(due))) {
          away.add(due.agentId);
        }
      }
      if (claimed.length === 0) {
        return;
      }
    }
  }

  /** False: its agent can't be asked for anything now. */
  private async delete(due: SessionToDelete): Promise<boolean> {
    const { agentId, session, attempts } = due;
    const outcome = await this.ask(due);
    if (outcome === "done") {
      await this.repository.done(due);
      return true;
    }
    this.logger.warn("an agent did not delete a session", { agentId, session, outcome, attempts });
    // Its backend may learn to do it, and a gateway may come back: it is asked again, less and less often.
    const until = this.in(Math.min(sessionDeletionEveryMs * 2 ** Math.min(attempts, 20), longestPauseMs));
    if (outcome === "impossible") {
      await this.repository.putOff(due, until);
      return true;
    }
    await this.repository.putOffAll(agentId, this.in(claimedForMs), until);
    return false;
  }

  private async ask({ agentId, session }: SessionToDelete): Promise<string> {
    try {
      const running = await this.starts.findRunning(agentId);
      const socket = running?.backend.socket ?? null;
      if (running === null || socket === null || socket.deleteSession === null) {
        return running === null ? "not_running" : "impossible";
      }
      const errand = socket.deleteSession({ gatewayToken: running.gatewayToken, session });
      return (await runErrand({ socket, endpoint: running.endpoint }, errand, this.shutdown.signal)).kind;
    } catch (error) {
      this.logger.debug("a session could not be deleted", { agentId, error: String(error) });
      return "failed";
    }
  }

  private in(ms: number): Date {
    return new Date(this.clock.now().getTime() + ms);
  }
}
