import type { TurnEvent } from "@mosaic/contracts/chat";
import { Inject, Injectable } from "@nestjs/common";
import { MachinePace } from "../../platform/pace/machine-pace.js";
import type { RunningAgent } from "../containers/containers.types.js";
import { HangWatchService } from "../containers/hang/hang-watch.service.js";
import type { BegunTurn } from "../conversations/conversations.types.js";
import { ModelCallsService } from "../llm-relay/model-calls.service.js";
import type { RunningTurn } from "./running-turn.js";
import { blame } from "./silent-party.js";
import { SilenceWatch } from "./silence-watch.js";
import { TURN_LIMITS, type TurnLimits } from "./turn-limits.js";
import type { TurnEnding } from "./turn-outcome.js";

const slowNotice: TurnEvent = {
  type: "notice",
  code: "provider_slow",
  detail: "The model takes its time. Mosaic goes on waiting for it.",
};
const agentSlowNotice: TurnEvent = {
  type: "notice",
  code: "agent_slow",
  detail: "The agent itself does not answer at the moment. Mosaic is checking whether it is still there.",
};
const silentDetail = "The provider did not answer in time. Try again, or choose a faster model in the settings.";
const hungDetail = "The agent itself stopped responding; Mosaic restarts it. Send the message again.";

/** What became of one attempt to have a turn answered. */
export interface Attempt {
  readonly watch: SilenceWatch;
  /** The gateway took the message: it answered with the head of a stream. */
  isTaken: boolean;
}

const notTakenDetail =
  "The agent itself did not take the message with its images in time, so it has not begun. Send the message again, or without its images.";

/** What a turn does while its gateway says nothing, and whom it blames in the end. */
@Injectable()
export class TurnSilence {
  constructor(
    private readonly hangs: HangWatchService,
    private readonly modelCalls: ModelCallsService,
    private readonly pace: MachinePace,
    @Inject(TURN_LIMITS) private readonly limits: TurnLimits,
  ) {}

  /** Runs what brings a message with images, which ends when the gateway takes none for long. Others send images, too, and wait for the place. */
  async whileTaking(
    turn: Pick<RunningTurn, "signal">,
    attempt: Attempt,
    bring: (signal: AbortSignal) => Promise<TurnEnding | "unreachable">,
  ): Promise<TurnEnding | "unreachable"> {
    const late = new AbortController();
    const giveUp = (): void => (attempt.isTaken ? undefined : late.abort(new Error("the images were not taken")));
    const timer = setTimeout(giveUp, this.limits.imagesTakenMs * this.pace.now());
    try {
      return await bring(late.signal);
    } catch (error) {
      if (late.signal.aborted && !turn.signal.aborted && !attempt.watch.isHung) {
        return { kind: "failure", code: "agent_not_responding", detail: notTakenDetail };
      }
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** The caller ends the watch. */
  begin(running: RunningAgent, tell: (event: TurnEvent) => void): Attempt {
    // On a busy machine everything between the provider and here is late too.
    const limits = { ...this.limits, silenceMs: this.limits.silenceMs * this.pace.now() };
    const watch = new SilenceWatch(limits, {
      onSlow: (isGatewayThere) => tell(isGatewayThere ? slowNotice : agentSlowNotice),
      untilHung: async (watcher, signal) => this.hangs.untilHung(running, watcher, signal),
    });
    return { watch, isTaken: false };
  }

  /**
   * The end of an attempt that the watch has ended, or whose gateway was ended because it hung. `unreachable`: the gateway never took the message, and its
   * successor can have it.
   */
  async endOf(turn: BegunTurn, attempt: Attempt): Promise<TurnEnding | "unreachable"> {
    if (!attempt.watch.isHung) {
      return this.blameRight(turn, attempt, { kind: "failure", code: "provider_timeout", detail: silentDetail });
    }
    return attempt.isTaken ? { kind: "failure", code: "agent_not_responding", detail: hungDetail } : "unreachable";
  }

  /** An agent's software blames the provider even when the software itself was too slow to call it. */
  async blameRight(turn: BegunTurn, { watch, isTaken }: Attempt, ending: TurnEnding): Promise<TurnEnding> {
    if (ending.kind !== "failure" || ending.code !== "provider_timeout") {
      return ending;
    }
    const call = await this.modelCalls.since(turn.agentId, turn.answerCreatedAt);
    return blame(ending, { call, measured: watch.measured, isTaken });
  }
}
