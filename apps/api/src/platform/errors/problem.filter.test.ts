import type { write } from "node:fs";
import type { ArgumentsHost } from "@nestjs/common";
import { expect, test } from "vitest";
import { LogSink } from "../logging/log-sink.js";
import { Logger } from "../logging/logger.js";
import { AppError } from "./app-error.js";
import { ProblemFilter } from "./problem.filter.js";

const host = {
  switchToHttp: () => ({
    getRequest: () => ({ method: "GET", path: "/api/turns/1/events" }),
    getResponse: () => {
      const response = {
        headersSent: false,
        setHeader: () => response,
        status: () => response,
        type: () => response,
        send: () => response,
      };
      return response;
    },
  }),
} as unknown as ArgumentsHost;

/** Lines of the log for errors that were told one after the other. */
function logOf(errors: readonly AppError[]): unknown[] {
  const lines: string[] = [];
  const keep = ((
    _descriptor: number,
    buffer: Buffer,
    offset: number,
    length: number,
    _position: null,
    done: (e: null, n: number) => void,
  ) => {
    lines.push(buffer.toString("utf8", offset, offset + length).trim());
    done(null, length);
  }) as unknown as typeof write;
  const filter = new ProblemFilter(new Logger("info", new LogSink({ write: keep })));
  for (const error of errors) {
    filter.catch(error, host);
  }
  return lines.flatMap((text) => text.split("\n")).map((line): unknown => JSON.parse(line));
}

const line = (level: number, message: string) => expect.objectContaining({ level, message, path: "/api/turns/1/events" }) as unknown;

test("the log says once why requests are refused: too many at once, or that Mosaic stops", () => {
  const overloaded = new AppError("overloaded");
  const stopping = new AppError("stopping");
  expect(logOf([overloaded, overloaded, stopping, stopping, overloaded])).toEqual([
    line(40, "requests are refused: too many at once"),
    line(40, "requests are refused: Mosaic is stopping"),
  ]);
});

test("a fault behind a refusal is logged each time", () => {
  const busy = new AppError("overloaded", { cause: new Error("statement timeout") });
  expect(logOf([busy, busy])).toEqual([line(50, "request failed"), line(50, "request failed")]);
});
