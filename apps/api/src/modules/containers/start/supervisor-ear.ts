import type { SupervisorStatus } from "@mosaic/contracts/agent-config";
import type { SupervisorWord } from "./readiness.js";

const nothing: SupervisorWord = { hasSpoken: false, isReady: false, hasFailed: false, detail: null };
/** A report goes through the database: it may arrive after the end that it speaks of was seen. */
const lateMs = 500;

/** Listens to one start's supervisor, from before its container runs. */
export class SupervisorEar {
  private word = nothing;
  private failed = Promise.withResolvers<void>();
  private readonly stopListening: () => void;

  constructor(watch: (onReport: (status: SupervisorStatus) => void) => () => void, onWarming: () => void) {
    this.stopListening = watch(({ phase, detail }) => {
      this.word = {
        hasSpoken: true,
        isReady: this.word.isReady || phase === "ready",
        hasFailed: phase === "failed",
        detail: detail ?? this.word.detail,
      };
      if (phase === "failed") {
        this.failed.resolve();
      } else if (phase === "warming") {
        onWarming();
      }
    });
  }

  said(): SupervisorWord {
    return this.word;
  }

  /** What it said before it ended. */
  async lastWord(): Promise<SupervisorWord> {
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, lateMs);
    await Promise.race([this.failed.promise, late.promise]);
    clearTimeout(timer);
    return this.word;
  }

  /** The container is started once more. */
  forget(): void {
    this.word = nothing;
    this.failed = Promise.withResolvers();
  }

  close(): void {
    this.stopListening();
  }
}
