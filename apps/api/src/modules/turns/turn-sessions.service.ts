import { untilAborted } from "@mosaic/runtime/until-aborted";
import { Injectable } from "@nestjs/common";
import { Logger } from "../../platform/logging/logger.js";
import type { RunningAgent } from "../containers/containers.types.js";
import { BranchesRepository } from "./branches.repository.js";
import type { Branch } from "./branches.service.js";
import { runErrand, type ErrandEnd } from "./exchange/errand-exchange.js";
import type { RunningTurn } from "./running-turn.js";
import { SessionDeletionRepository } from "./session-deletion.repository.js";

/** In which session of its agent a turn that begins a branch goes on. */
@Injectable()
export class TurnSessionsService {
  constructor(
    private readonly repository: BranchesRepository,
    private readonly deletions: SessionDeletionRepository,
    private readonly logger: Logger,
  ) {}

  /**
   * Gives the turn a session of its own, which knows what was said before and nothing of the other branch. False if the agent can't make one: then
   * the turn's session is a new one, and what was said before has to be quoted. The session that is left stays as it is.
   */
  async branchOff(turn: RunningTurn, { common }: Pick<Branch, "common">, running: RunningAgent): Promise<boolean> {
    if (common === null) {
      return true;
    }
    const { socket } = running.backend;
    if (socket === null || socket.fork === null || common.answerId === null) {
      return false;
    }
    const errand = socket.fork({ gatewayToken: running.gatewayToken, session: common.session, turnId: common.answerId });
    // It goes on when the turn is stopped: what the agent makes by then is to be deleted there, so its name has to be heard.
    const forked = runErrand({ socket, endpoint: running.endpoint }, errand, new AbortController().signal).then(async (end) =>
      this.keep(turn, end),
    );
    const session = await untilAborted(forked, turn.signal);
    turn.session = session ?? turn.session;
    return session !== null;
  }

  /** The session that was made, once it is the turn's. */
  private async keep(turn: RunningTurn, end: ErrandEnd): Promise<string | null> {
    if (end.kind !== "done" || end.session === null) {
      this.logger.warn("an agent's session could not be forked", { agentId: turn.agentId, outcome: end.kind });
      return null;
    }
    let isKept = false;
    try {
      isKept = !turn.signal.aborted && (await this.repository.setSession(turn.answerId, end.session));
    } finally {
      if (!isKept) {
        await this.forget(turn.agentId, end.session);
      }
    }
    return isKept ? end.session : null;
  }

  private async forget(agentId: string, session: string): Promise<void> {
    await this.deletions.add(agentId, session).catch((error: unknown) => {
      this.logger.error("a session that nobody goes on in stays with its agent", error, { agentId, session });
    });
  }
}
