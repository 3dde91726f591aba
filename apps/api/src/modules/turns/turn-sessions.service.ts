import { Injectable } from "@nestjs/common";
import { Logger } from "../../platform/logging/logger.js";
import type { RunningAgent } from "../containers/containers.types.js";
import { BranchesRepository } from "./branches.repository.js";
import type { Branch } from "./branches.service.js";
import { runErrand } from "./exchange/errand-exchange.js";
import type { RunningTurn } from "./running-turn.js";

/** In which session of its agent a turn that begins a branch goes on. */
@Injectable()
export class TurnSessionsService {
  constructor(
    private readonly repository: BranchesRepository,
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
    const end = await runErrand({ socket, endpoint: running.endpoint }, errand, turn.signal);
    if (end.kind !== "done" || end.session === null) {
      this.logger.warn("an agent's session could not be forked", { agentId: turn.agentId, outcome: end.kind });
      return false;
    }
    await this.repository.setSession(turn.answerId, end.session);
    turn.session = end.session;
    return true;
  }
}
