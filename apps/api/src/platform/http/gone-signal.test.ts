import { once } from "node:events";
import { createServer, get } from "node:http";
import { connect, type AddressInfo } from "node:net";
import type { Request, Response } from "express";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { Admission } from "./admission.js";
import type { Connections } from "./connections.js";
import { edgeLimits } from "./edge-limits.js";
import { ClientGoneError, goneSignal, onClosed } from "./gone-signal.js";

const server = createServer();

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** A request as it is looked at after its sender has left. */
async function left(): Promise<{ request: Request; response: Response }> {
  const asking = get({ port: (server.address() as AddressInfo).port, host: "127.0.0.1" });
  asking.on("error", () => undefined);
  const [request, response] = (await once(server, "request")) as [Request, Response];
  const closed = once(response, "close");
  asking.destroy();
  await closed;
  return { request, response };
}

test("a client that has left before is known to have left", async () => {
  const { response } = await left();
  expect(goneSignal(response).reason).toBeInstanceOf(ClientGoneError);
  const run = vi.fn<() => void>();
  onClosed(response, run);
  expect(run).toHaveBeenCalledOnce();
});

test("a client that leaves is known to have left also where its answer has to wait for another one's", async () => {
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1").on("error", () => undefined);
  const responses: Response[] = [];
  const onRequest = (_request: Request, response: Response): void => void responses.push(response);
  server.on("request", onRequest);
  socket.write("GET /1 HTTP/1.1\r\nhost: x\r\n\r\nGET /2 HTTP/1.1\r\nhost: x\r\n\r\n");
  await expect.poll(() => responses.length).toBe(2);
  const second = goneSignal(responses[1] ?? expect.fail());
  socket.resetAndDestroy();
  await expect.poll(() => second.aborted).toBe(true);
  const late = vi.fn<() => void>();
  onClosed(responses[1] ?? expect.fail(), late);
  expect(late).toHaveBeenCalledOnce();
  server.off("request", onRequest);
});

test("whoever has left is not counted as under way, since nothing would count them back", async () => {
  const admission = new Admission({ ...edgeLimits, requestsPerCaller: 2 }, { recognise: () => undefined } as unknown as Connections);
  for (let index = 0; index < 3; index += 1) {
    const { response } = await left();
    expect(() => admission.enter("user 1", response)).toThrow(ClientGoneError);
  }
  const asking = get({ port: (server.address() as AddressInfo).port, host: "127.0.0.1" });
  asking.on("error", () => undefined);
  const [, response] = (await once(server, "request")) as [Request, Response];
  admission.enter("user 1", response);
  admission.enter("user 1", response);
  expect(() => admission.enter("user 1", response)).toThrow("Too many attempts");
  response.end();
  asking.destroy();
});

test("a credential that opens nothing any more is a stranger's", () => {
  const admission = new Admission(edgeLimits, { recognise: () => undefined } as unknown as Connections);
  admission.remember("secret", "ann");
  expect(admission.userOf("secret")).toBe("ann");
  admission.forget("secret");
  expect([admission.userOf("secret"), admission.isKnown("secret")]).toEqual([null, false]);
});
