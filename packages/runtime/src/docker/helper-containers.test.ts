import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createDockerRuntime } from "./docker-runtime.js";
import { Engine } from "./engine.js";
import { exportVolume } from "./state-archive.js";

const image = { name: "some/image:1", buildContext: null, installation: null };
const hour = 60 * 60_000;

let server: Server;
let host: string;
let answer: (call: string, response: ServerResponse) => void;
let calls: string[];

/** Only the engine's protocol: what an engine does when it is slow can't be asked of a real one. */
beforeEach(async () => {
  calls = [];
  server = createServer((request: IncomingMessage, response) => {
    const call = `${request.method ?? ""} ${(request.url ?? "").split("?")[0] ?? ""}`;
    calls.push(call);
    request.resume();
    answer(call, response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function json(response: ServerResponse, body: unknown): void {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(body));
}

describe("an archive", () => {
  it("that its reader takes too long for is broken off, and its container is removed", async () => {
    answer = (call, response) => {
      if (call === "POST /containers/create") {
        response.statusCode = 201;
        json(response, { Id: "holder" });
      } else if (call === "GET /containers/holder/archive") {
        response.write("the beginning");
      } else {
        json(response, {});
      }
    };
    const engine = new Engine(host);
    const archive = await exportVolume(engine, { image: image.name, volume: "a-state", instanceId: "test" }, 300);
    const read = async (): Promise<void> => {
      for await (const _piece of archive);
    };
    await expect(read()).rejects.toThrow();
    await expect.poll(() => calls).toContain("DELETE /containers/holder");
    engine.close();
  });
});

describe("the list", () => {
  const helper = (createdMs: number): object => ({
    Id: "helper",
    Names: ["/mosaic-archive-1"],
    Labels: { "mosaic.instance": "test" },
    Created: Math.floor(createdMs / 1000),
    State: "created",
  });

  async function listWith(createdMs: number, engineMs: number): Promise<void> {
    calls.length = 0;
    answer = (call, response) => {
      if (call === "GET /containers/json") {
        json(response, [helper(createdMs)]);
      } else if (call === "GET /info") {
        json(response, { SystemTime: new Date(engineMs).toISOString() });
      }
      // A removal is never answered.
    };
    const runtime = createDockerRuntime({ instanceId: "test", host });
    expect(await runtime.list("test")).toEqual([]);
    await expect.poll(() => calls).toContain("GET /info");
    await runtime.close();
  }

  it("does not wait for the removal of what was left behind", async () => {
    await listWith(Date.now() - 2 * hour, Date.now());
    await expect.poll(() => calls).toContain("DELETE /containers/helper");
  });

  it("takes a helper's age by the engine's own clock", async () => {
    await listWith(Date.now() - 2 * hour, Date.now() - 2 * hour);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(calls).not.toContain("DELETE /containers/helper");
    await listWith(Date.now(), Date.now() + 2 * hour);
    await expect.poll(() => calls).toContain("DELETE /containers/helper");
  });
});
