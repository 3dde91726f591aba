import express, { type RequestHandler } from "express";

const limit = "1mb";

/** Reads JSON bodies. What Postgres can't hold as text, NUL and halves of surrogate pairs, is refused here, in one place for all fields. */
export function jsonBody(): RequestHandler {
  return express.json({ limit, strict: true, reviver: refuseUnstorable });
}

function refuseUnstorable(key: string, value: unknown): unknown {
  if (!isStorable(key) || (typeof value === "string" && !isStorable(value))) {
    throw new SyntaxError("text that can't be stored");
  }
  return value;
}

function isStorable(text: string): boolean {
  return !text.includes("\u0000") && text.isWellFormed();
}
