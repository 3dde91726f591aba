import { EventEmitter } from "node:events";
import type { Response } from "express";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { AppError } from "../../platform/errors/app-error.js";
import { HeldAnswer } from "./held-answer.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** What is written of an answer, and when its head went out. */
class Written extends EventEmitter {
  readonly headers: Record<string, string> = {};
  statusCode = 0;
  text = "";
  headersSent = false;
  writableEnded = false;
  destroyed = false;
  writableNeedDrain = false;

  status(code: number): this {
    this.statusCode = code;
    return this;
  }
  set(headers: Record<string, string>): this {
    Object.assign(this.headers, headers);
    return this;
  }
  write(text: string): void {
    this.headersSent = true;
    this.text += text;
  }
  end(text: string): void {
    this.write(text);
    this.writableEnded = true;
  }
}

function held(): { written: Written; answer: HeldAnswer } {
  const written = new Written();
  return { written, answer: new HeldAnswer(written as unknown as Response, { "x-mosaic-ignored": "seed" }) };
}

test("blanks hold the connection while the answer is waited for, and JSON may begin with them", () => {
  const { written, answer } = held();
  vi.advanceTimersByTime(19_000);
  expect(written.headersSent).toBe(false);
  vi.advanceTimersByTime(26_000);
  expect([written.statusCode, written.text]).toEqual([200, "   "]);
  answer.send({ id: "chatcmpl-1" });
  vi.advanceTimersByTime(60_000);
  expect(JSON.parse(written.text)).toEqual({ id: "chatcmpl-1" });
  expect(written.text.startsWith("   {")).toBe(true);
});

test("a fault before the first blank has its own status and says not to ask again; one after it is told in the body", () => {
  const soon = held();
  soon.answer.say({ "x-mosaic-turn": "t" });
  soon.answer.fail(new AppError("provider_failed", { detail: "Out of order." }), true);
  expect([soon.written.statusCode, soon.written.headers["x-should-retry"], soon.written.headers["x-mosaic-turn"]]).toEqual([
    502,
    "false",
    "t",
  ]);
  const late = held();
  vi.advanceTimersByTime(20_000);
  late.answer.fail(new AppError("provider_failed", { detail: "Out of order." }), true);
  expect([late.written.statusCode, JSON.parse(late.written.text)]).toMatchObject([
    200,
    { error: { message: "Out of order.", code: "provider_failed" } },
  ]);
});

test("nothing is written to who has left, and no timer stays", () => {
  const { written } = held();
  written.destroyed = true;
  written.emit("close");
  vi.advanceTimersByTime(60_000);
  expect([written.text, vi.getTimerCount()]).toEqual(["", 0]);
});
