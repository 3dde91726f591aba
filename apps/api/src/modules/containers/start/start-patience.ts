/** How long one start is given, in milliseconds. */
export interface StartPatience {
  /** Nothing ends it before, but its own end. */
  readonly patienceMs: number;
  /** Afterwards it goes on as long as it shows progress at least this often. */
  readonly quietMs: number;
  /** Whatever it shows, it is ended here: something turns in a circle. */
  readonly outerMs: number;
}

export interface StartSigns {
  readonly elapsedMs: number;
  /** Since the supervisor or the gateway said something new, or the container worked. */
  readonly sinceProgressMs: number;
}

const quietMs = 20_000;
/** The container is looked at every second or so. */
const leastQuietMs = 2_500;
const timesUsual = 3;
const timesPatience = 3;

/** From what an admin chose for a machine with room, how busy this one is (1: not at all), and what starts took here lately (0: not known). */
export function patienceOf(readyTimeoutMs: number, pace: number, usualMs: number): StartPatience {
  const patienceMs = Math.max(readyTimeoutMs * pace, usualMs * timesUsual);
  return { patienceMs, quietMs: Math.max(leastQuietMs, Math.min(quietMs * pace, patienceMs / 2)), outerMs: patienceMs * timesPatience };
}

/** A start that makes progress is not given up, however slow it is. */
export function judgeStart({ elapsedMs, sinceProgressMs }: StartSigns, patience: StartPatience): "wait" | "stuck" | "endless" {
  if (elapsedMs >= patience.outerMs) {
    return "endless";
  }
  return elapsedMs >= patience.patienceMs && sinceProgressMs >= patience.quietMs ? "stuck" : "wait";
}

/** What the last starts took, the middle of them: one that was slow for a reason of its own says little. */
export class RecentStarts {
  private readonly durationsMs: number[] = [];

  add(durationMs: number): void {
    this.durationsMs.push(durationMs);
    if (this.durationsMs.length > 9) {
      this.durationsMs.shift();
    }
  }

  usualMs(): number {
    return this.durationsMs.toSorted((a, b) => a - b)[Math.floor(this.durationsMs.length / 2)] ?? 0;
  }
}
