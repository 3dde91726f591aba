import { describe, expect, it } from "vitest";
import { RuntimeError } from "../agent-runtime.js";
import { EngineRefusal, isStatus, toRuntimeError } from "./engine-errors.js";

const socketPath = "/var/run/docker.sock";

function fault(code: string): Error {
  return Object.assign(new Error(`connect ${code}`), { code });
}

describe("toRuntimeError", () => {
  it.each([
    ["ENOENT", /there is no \/var\/run\/docker\.sock.*installed and running/],
    ["ECONNREFUSED", /does not answer at \/var\/run\/docker\.sock.*running/],
    ["EACCES", /No permission for \/var\/run\/docker\.sock.*"docker" group/],
    ["ENOTFOUND", /unknown/],
    ["ETIMEDOUT", /in time/],
    ["ECONNRESET", /broke off/],
  ])("says in words what %s means", (code, words) => {
    const error = toRuntimeError(fault(code), socketPath);
    expect(error).toMatchObject({ name: "RuntimeError", code: "unreachable" });
    expect(error.detail).toMatch(words);
  });

  it("takes a limit that ran out for an engine that hangs", () => {
    expect(toRuntimeError(new DOMException("late", "TimeoutError"), socketPath).detail).toMatch(/did not answer in time/);
  });

  it("keeps the engine's own words when it refuses", () => {
    const error = toRuntimeError(
      Object.assign(new Error("(HTTP code 500)"), { statusCode: 500, json: { message: "no space left " } }),
      socketPath,
    );
    expect(error).toMatchObject({ code: "refused", detail: "Docker refused: no space left" });
    expect(isStatus(error, 404, 500)).toBe(true);
    expect(isStatus(error, 404)).toBe(false);
  });

  it("copes with a refusal without words", () => {
    const error = toRuntimeError({ statusCode: 502, json: Buffer.from("") }, socketPath);
    expect(error).toBeInstanceOf(EngineRefusal);
    expect(error.detail).toBe("Docker refused: no reason given");
  });

  it("passes its own errors on as they are, and takes anything else for a broken connection", () => {
    const own = new RuntimeError("image_missing", "x");
    expect(toRuntimeError(own, socketPath)).toBe(own);
    expect(toRuntimeError("what", socketPath)).toMatchObject({ code: "unreachable" });
  });
});
