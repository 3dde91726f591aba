import type { GatewayWatcher } from "../containers/containers.types.js";
import type { TurnLimits } from "./turn-limits.js";

type Limits = Pick<TurnLimits, "slowAfterMs" | "askAfterMs" | "promptMs" | "silenceMs">;

export interface SilenceSources {
  /** Told once, when there was no text for long. */
  onSlow(isGatewayThere: boolean): void;
  /** Asks the gateway until the signal aborts. Resolves when it hung and was ended. */
  untilHung(watcher: GatewayWatcher, signal: AbortSignal): Promise<void>;
}

/** Who was slow, as far as it was measured. */
export type Measured = "gateway_prompt" | "gateway_slow" | "unknown";

/**
 * Watches over a gateway that says nothing. A slow model and a gateway that hangs look the same on the turn's own connection, so after a few
 * seconds the gateway is asked on another one; how promptly it answers tells later who was slow.
 */
export class SilenceWatch {
  private readonly ended = new AbortController();
  private readonly slow: NodeJS.Timeout;
  private readonly silence: NodeJS.Timeout;
  private readonly askTimer: NodeJS.Timeout;
  private asking: AbortController | null = null;
  private hung = false;
  /** Ids of calls of tools that run. */
  private readonly calls = new Set<string>();
  private isThere = true;
  private asked = 0;
  private prompt = 0;

  constructor(
    private readonly limits: Limits,
    private readonly sources: SilenceSources,
  ) {
    this.slow = setTimeout(() => sources.onSlow(this.isThere), limits.slowAfterMs);
    this.silence = setTimeout(() => this.onSilence(), limits.silenceMs);
    this.askTimer = setTimeout(() => void this.ask(), limits.askAfterMs);
  }

  /** Aborts when the gateway was silent for too long, or hung and was ended. */
  get silent(): AbortSignal {
    return this.ended.signal;
  }

  /** Known before it is ended: what breaks then breaks for this reason. */
  get isHung(): boolean {
    return this.hung;
  }

  get measured(): Measured {
    if (this.asked === 0) {
      return "unknown";
    }
    return this.prompt * 2 >= this.asked ? "gateway_prompt" : "gateway_slow";
  }

  /** The gateway said something; `isText`: something of the answer. */
  heard(isText: boolean): void {
    this.silence.refresh();
    this.asking?.abort();
    this.askTimer.refresh();
    if (isText) {
      clearTimeout(this.slow);
      this.asked = 0;
      this.prompt = 0;
    }
  }

  /** A tool of the agent's runs, which may take its time without a word. Who hangs is found all the same. */
  called(id: string, isRunning: boolean): void {
    if (isRunning) {
      this.calls.add(id);
    } else {
      this.calls.delete(id);
    }
  }

  end(): void {
    clearTimeout(this.slow);
    clearTimeout(this.silence);
    clearTimeout(this.askTimer);
    this.asking?.abort();
  }

  private onSilence(): void {
    if (this.calls.size > 0) {
      this.silence.refresh();
    } else {
      this.ended.abort(new Error("the gateway is silent"));
    }
  }

  private async ask(): Promise<void> {
    const asking = new AbortController();
    this.asking = asking;
    const watcher = {
      onAnswer: (tookMs: number | null): void => {
        this.isThere = tookMs !== null;
        this.asked += 1;
        this.prompt += tookMs !== null && tookMs <= this.limits.promptMs ? 1 : 0;
      },
      onHung: (isEnding: boolean): void => void (this.hung = isEnding),
    };
    try {
      await this.sources.untilHung(watcher, asking.signal);
      if (!asking.signal.aborted) {
        this.ended.abort(new Error("the gateway hung"));
      }
    } catch {
      // It said something, or the turn is over.
    }
  }
}
