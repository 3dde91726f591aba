import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Engine } from "../src/docker/engine.js";
import { startWithToken } from "../src/docker/token-handover.js";

/** Speaks just so much of Docker's protocol as a start takes, and goes wrong on request where a real engine can't be made to. */
class ScriptedEngine {
  readonly calls: string[] = [];
  readonly lines: string[] = [];
  startStatus = 204;
  dropsAttachmentAtStart = false;
  /** While it starts the container. */
  atStart = (): void => undefined;
  private attached: Duplex | undefined;
  private readonly server = createServer((request, response) => {
    this.note(request);
    if (request.url?.includes("/start")) {
      if (this.dropsAttachmentAtStart) this.attached?.destroy();
      this.atStart();
      setImmediate(() => response.writeHead(this.startStatus).end());
      return;
    }
    response.writeHead(204).end();
  });

  async listen(path: string): Promise<void> {
    this.server.on("upgrade", (request, socket: Duplex) => {
      this.note(request);
      this.attached = socket;
      socket.on("error", () => undefined);
      socket.on("data", (chunk: Buffer) => this.lines.push(chunk.toString()));
      socket.on("end", () => socket.end());
      socket.write(
        "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n",
      );
    });
    this.server.listen(path);
    await once(this.server, "listening");
  }

  close(): void {
    this.attached?.destroy();
    this.server.close();
    this.server.closeAllConnections();
  }

  private note(request: IncomingMessage): void {
    this.calls.push((request.url ?? "").replace(/^.*\/containers\/c\//, "").replace(/\?.*$/, ""));
  }
}

describe("startWithToken", () => {
  let folder: string;
  let scripted: ScriptedEngine;
  let engine: Engine;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "mosaic-handover-"));
    scripted = new ScriptedEngine();
    await scripted.listen(join(folder, "engine.sock"));
    engine = new Engine(`unix://${join(folder, "engine.sock")}`);
  });
  afterEach(async () => {
    vi.useRealTimers();
    engine.close();
    scripted.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("attaches before the start and writes after it", async () => {
    expect(await startWithToken(engine, "c", "the-token")).toEqual({ wasRunning: false });
    await expect.poll(() => scripted.lines.join("")).toBe("the-token\n");
    expect(scripted.calls).toEqual(["attach", "start"]);
  });

  it("still has its line to the container when the engine took half a minute to start it", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    scripted.atStart = () => void vi.advanceTimersByTime(29_000);
    await startWithToken(engine, "c", "the-token");
    vi.useRealTimers();
    await expect.poll(() => scripted.lines.join("")).toBe("the-token\n");
  });

  it("writes nothing to a container that runs already", async () => {
    scripted.startStatus = 304;
    expect(await startWithToken(engine, "c", "the-token")).toEqual({ wasRunning: true });
    expect(scripted.lines).toEqual([]);
  });

  it("ends the container again if the connection breaks before it has its token", async () => {
    scripted.dropsAttachmentAtStart = true;
    await expect(startWithToken(engine, "c", "the-token")).rejects.toMatchObject({ name: "RuntimeError", code: "unreachable" });
    expect(scripted.calls).toEqual(["attach", "start", "kill"]);
    expect(scripted.lines).toEqual([]);
  });

  it("passes on why the engine would not start it", async () => {
    scripted.startStatus = 500;
    await expect(startWithToken(engine, "c", "the-token")).rejects.toMatchObject({ name: "RuntimeError", code: "refused" });
  });
});
