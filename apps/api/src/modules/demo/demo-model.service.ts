import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import { Inject, Injectable, type OnModuleDestroy } from "@nestjs/common";
import { z } from "zod";
import { AppError } from "../../platform/errors/app-error.js";
import { Logger } from "../../platform/logging/logger.js";

export interface DemoThread {
  /** The module that the thread runs. */
  readonly script: string;
  readonly wordDelayMs: number;
  /** How often the thread is asked whether it is there, and how long it may take to say so. */
  readonly askEveryMs: number;
  readonly patienceMs: number;
  readonly memoryMegabytes: number;
}

export const DEMO_THREAD = Symbol("DEMO_THREAD");

export const demoThread: DemoThread = {
  script: createRequire(import.meta.url).resolve("@mosaic/demo-llm/demo-llm.worker"),
  wordDelayMs: 20,
  askEveryMs: 2_000,
  patienceMs: 10_000,
  memoryMegabytes: 128,
};

const startLimitMs = 20_000;
const ready = z.object({ port: z.int() });

interface RunningThread {
  readonly worker: Worker;
  readonly baseUrl: string;
}

/**
 * The built-in demo model, in a thread that ends with this process: started when it is first called, and again when it died or is stuck. It
 * keeps nothing of what it is sent.
 */
@Injectable()
export class DemoModelService implements OnModuleDestroy {
  private running: Promise<RunningThread> | null = null;
  private isClosed = false;

  constructor(
    private readonly logger: Logger,
    @Inject(DEMO_THREAD) private readonly options: DemoThread,
  ) {}

  /** Where it answers, for this process alone: OpenAI's API is below it. Throws `provider_failed` when it can't be started. */
  async baseUrl(): Promise<string> {
    if (this.isClosed) {
      throw unavailable();
    }
    if (this.running === null) {
      const starting = this.start();
      this.running = starting;
      // Only its own end makes room for another: one that ends late must not push out its successor.
      starting.then(
        ({ worker }) => worker.once("exit", () => this.forget(starting)),
        () => this.forget(starting),
      );
    }
    return (await this.running).baseUrl;
  }

  async onModuleDestroy(): Promise<void> {
    this.isClosed = true;
    const running = await this.running?.catch(() => null);
    await running?.worker.terminate();
  }

  private forget(ended: Promise<RunningThread>): void {
    if (this.running === ended) {
      this.running = null;
    }
  }

  private async start(): Promise<RunningThread> {
    const secret = randomBytes(24).toString("base64url");
    const worker = new Worker(this.options.script, {
      workerData: { secret, wordDelayMs: this.options.wordDelayMs },
      resourceLimits: { maxOldGenerationSizeMb: this.options.memoryMegabytes },
      env: {},
      execArgv: [],
    });
    worker.unref();
    // Without a listener, what kills the thread would end this process.
    worker.on("error", (error) => this.logger.error("the demo model's thread failed", error));
    const ended = new AbortController();
    worker.once("exit", () => ended.abort());
    try {
      const [said] = (await once(worker, "message", {
        signal: AbortSignal.any([ended.signal, AbortSignal.timeout(startLimitMs)]),
      })) as unknown[];
      this.watch(worker);
      return { worker, baseUrl: `http://127.0.0.1:${ready.parse(said).port}/${secret}/v1` };
    } catch (error) {
      await worker.terminate();
      throw unavailable(error);
    }
  }

  /** One that does not answer for long is stuck in what it was sent: it is ended, and the next call starts another. */
  private watch(worker: Worker): void {
    let heardAtMs = performance.now();
    worker.on("message", () => {
      heardAtMs = performance.now();
    });
    const timer = setInterval(() => {
      if (performance.now() - heardAtMs > this.options.patienceMs) {
        this.logger.warn("the demo model's thread is stuck, and is started again");
        void worker.terminate();
        return;
      }
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      worker.postMessage("are you there?");
    }, this.options.askEveryMs).unref();
    worker.once("exit", () => clearInterval(timer));
  }
}

function unavailable(cause?: unknown): AppError {
  return new AppError("provider_failed", { detail: "The demo model is not running. Try again in a moment.", cause });
}
