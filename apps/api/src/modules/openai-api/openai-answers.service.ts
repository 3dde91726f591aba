import { randomUUIDv7 } from "node:crypto";
import type { Message, TurnEvent } from "@mosaic/contracts/chat";
import { Injectable } from "@nestjs/common";
import type { Response } from "express";
import { AppError } from "../../platform/errors/app-error.js";
import { toOpenAiError } from "../../platform/errors/openai-error.js";
import { toAppError } from "../../platform/errors/problem.filter.js";
import { FrameStream } from "../../platform/http/frame-stream.js";
import { goneSignal } from "../../platform/http/gone-signal.js";
import { Shutdown } from "../../platform/shutdown/shutdown.js";
import type { Caller } from "../auth/auth.types.js";
import { LiveCallersService } from "../auth/live-callers.service.js";
import { TurnReaders } from "../turns/turn-readers.js";
import { frame } from "../../platform/http/sse-frame.js";
import { HeldAnswer } from "./held-answer.js";
import { LeftTurns, type Leaving } from "./left-turns.js";
import { OpenAiTurnsService, singleOf, type BeginningListener, type BegunForProgram, type ProgramRequest } from "./openai-turns.service.js";

/** How a route tells a turn in pieces. */
export interface FramesOfTurn {
  begin(): string;
  /** The turn is known, perhaps long after the beginning. */
  begun?(answerId: string): string;
  next(event: TurnEvent): string;
  /** What ends a stream that can't go on. */
  fail(error: AppError): string;
}

/** How a route tells a turn that has ended. Throws for one that failed. */
export type WholeOfTurn = (answerId: string, message: Message) => unknown;

export interface ProgramAnswer {
  readonly caller: Caller;
  readonly response: Response;
  /** Of the answer, beside its own. */
  readonly headers: Readonly<Record<string, string>>;
  /** What the request holds of the memory is free. Idempotent. */
  free(): void;
}

const stoppingDetail = "Mosaic is being restarted. The agent goes on; the conversation in Mosaic has its answer.";

/** Has a turn answered to a program, in pieces or whole. A program that leaves ends its turn, unless it comes back at once. */
@Injectable()
export class OpenAiAnswersService {
  private readonly leftTurns = new LeftTurns();

  constructor(
    private readonly turns: OpenAiTurnsService,
    private readonly readers: TurnReaders,
    private readonly callers: LiveCallersService,
    private readonly shutdown: Shutdown,
  ) {}

  /** Throws what can be refused before the answer begins. */
  async stream(to: ProgramAnswer, asked: ProgramRequest, framesOf: (answerId: string) => FramesOfTurn): Promise<void> {
    let stream: FrameStream | null = null;
    let waiting: FramesOfTurn | null = null;
    const open = (headers: Readonly<Record<string, string>>): FrameStream => {
      to.response.set({ ...to.headers, ...headers });
      return new FrameStream(to.response, { contentType: "text/event-stream; charset=utf-8", keepAlive: ": keepalive\n" });
    };
    const onWait = (conversationId: string | null): void => {
      if (stream === null && !to.response.destroyed) {
        waiting = framesOf(randomUUIDv7());
        stream = open(conversationId === null ? {} : { "x-mosaic-conversation": conversationId });
        void stream.write(waiting.begin());
      }
    };
    let begun: BegunForProgram;
    try {
      begun = await this.begin(to, asked, onWait);
    } catch (error) {
      if (stream === null) {
        throw error;
      }
      await this.close(stream, waiting, toAppError(error));
      return;
    }
    const frames: FramesOfTurn = waiting ?? framesOf(begun.answerId);
    const out: FrameStream = stream ?? open(headersOf(begun));
    if (waiting === null) {
      void out.write(frames.begin());
    }
    void out.write(frames.begun?.(begun.answerId) ?? "");
    await this.follow(to, begun, asked, {
      left: out.left,
      onEvent: async (event) => out.write(frames.next(event)),
      onFault: async (error) => this.close(out, frames, error),
      onEnd: () => out.end(),
    });
  }

  /** Throws what can be refused before anything was done. */
  async whole(to: ProgramAnswer, asked: ProgramRequest, wholeOf: WholeOfTurn): Promise<void> {
    const held = new HeldAnswer(to.response, to.headers);
    let begun: BegunForProgram;
    try {
      begun = await this.begin(to, asked, () => undefined);
    } catch (error) {
      if (!to.response.headersSent) {
        held.leave();
        throw error;
      }
      held.fail(toAppError(error), false);
      return;
    }
    held.say(headersOf(begun));
    let isAnswered = false;
    const answer = (message: Message): void => {
      isAnswered = true;
      try {
        held.send(wholeOf(begun.answerId, message));
      } catch (error) {
        held.fail(toAppError(error), true);
      }
    };
    await this.follow(to, begun, asked, {
      left: goneSignal(to.response),
      onEvent: async (event) => (event.type === "done" ? answer(event.message) : undefined),
      onFault: async (error) => {
        isAnswered = true;
        held.fail(error, true);
      },
      onEnd: () => (isAnswered ? undefined : held.drop()),
    });
  }

  private async begin(
    { response, free }: ProgramAnswer,
    asked: ProgramRequest,
    onWait: BeginningListener["onWait"],
  ): Promise<BegunForProgram> {
    const mayBeAgain = asked.mayBeAgain || this.leftTurns.isAwaited(singleOf(asked));
    const begun = await this.turns.begin(
      { ...asked, mayBeAgain },
      { onWait, onNext: async (conversationId) => this.leftTurns.endIn(conversationId) },
      goneSignal(response),
    );
    asked.request = { ...asked.request, messages: [], instructions: "", tools: [] };
    free();
    return begun;
  }

  /** Resolves when the reader has everything, or has left, or may not read on. */
  private async follow(
    { caller, response }: ProgramAnswer,
    begun: BegunForProgram,
    asked: ProgramRequest,
    reader: {
      readonly left: AbortSignal;
      onEvent(event: TurnEvent): Promise<void>;
      onFault(error: AppError): Promise<void>;
      onEnd(): void;
    },
  ): Promise<void> {
    const leave = this.leftTurns.enter({ ...begun, request: singleOf(asked), retries: asked.retries }, async () =>
      this.turns.stop(caller.user.id, begun.answerId),
    );
    const { ended, release: forget } = this.callers.follow(caller);
    ended.addEventListener("abort", () => response.destroy(), { once: true });
    let how: Leaving = asked.request.isBackground ? "over" : "left";
    let isOver = false;
    const read = async (): Promise<void> => {
      const { feed, release } = await this.readers.openFor(caller.user.id, begun.answerId);
      try {
        for await (const { event } of feed.follow(0, AbortSignal.any([ended, reader.left]))) {
          if (event.type === "done") {
            isOver = true;
            how = event.message.status === "broken_off" ? "broken_off" : "over";
          }
          await reader.onEvent(event);
        }
      } finally {
        release();
      }
      const isCut = !isOver && !ended.aborted && !reader.left.aborted;
      if (isCut) {
        // The turn goes on elsewhere, and nobody reads it there for this program.
        how = "over";
        await reader.onFault(new AppError("stopping", { detail: stoppingDetail }));
      }
    };
    const reading = read()
      .catch(async (error: unknown) => {
        // It is the reading that failed. The turn goes on.
        how = ended.aborted || reader.left.aborted ? how : "over";
        await reader.onFault(toAppError(error));
      })
      .finally(() => {
        forget();
        leave(how);
        reader.onEnd();
      });
    this.shutdown.waitFor(reading);
    await reading;
  }

  private async close(stream: FrameStream, frames: FramesOfTurn | null, error: AppError): Promise<void> {
    await stream.write(frames?.fail(error) ?? frame({ error: toOpenAiError(error) }));
    stream.end();
  }
}

/** By which a program finds the turn, and its conversation in Mosaic. */
function headersOf({ answerId, conversationId }: BegunForProgram): Record<string, string> {
  return { "x-mosaic-turn": answerId, "x-mosaic-conversation": conversationId };
}
