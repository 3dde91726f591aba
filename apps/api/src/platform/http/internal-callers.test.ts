import { createServer, request, type ServerResponse } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { InternalCallers, noteProvenAgent, type InternalLimits } from "./internal-callers.js";

const limits = { connectionsPerAgent: 3, requestsAtOncePerAgent: 4, requestsPerSecondPerAgent: 20, burstPerAgent: 6, connections: 100 };

let open: ServerResponse[];
let sockets: Socket[];
let server = createServer();
let provenAgent: string | null;

beforeEach(async () => {
  open = [];
  sockets = [];
  provenAgent = null;
  await start(limits);
});

async function start(chosen: InternalLimits): Promise<void> {
  const callers = new InternalCallers(chosen);
  server.close();
  server = createServer((incoming, response) =>
    callers.admit(incoming, response, (admitted, answer) => {
      if (provenAgent !== null) {
        noteProvenAgent(admitted, provenAgent);
      }
      return admitted.url === "/wait" ? void open.push(answer) : answer.end("ok");
    }),
  );
  callers.guard(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
}

afterEach(() => {
  sockets.forEach((socket) => socket.destroy());
  server.closeAllConnections();
  server.close();
});

function port(): number {
  return (server.address() as AddressInfo).port;
}

/** Addresses of 127.0.0.0/8 stand for those of containers. */
async function connected(localAddress: string): Promise<Socket> {
  const socket = connect({ host: "127.0.0.1", port: port(), localAddress });
  sockets.push(socket);
  socket.on("error", () => undefined);
  await new Promise<void>((resolve) => socket.once("connect", resolve));
  return socket;
}

async function isCut(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    socket.once("close", () => resolve(true));
    socket.once("data", () => resolve(false));
    socket.resume().write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
  });
}

async function statusFrom(localAddress: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = request({ host: "127.0.0.1", port: port(), localAddress, agent: false }, (response) => {
      response.resume().once("end", () => resolve(response.statusCode ?? 0));
    });
    call.once("error", reject).end();
  });
}

test("one address has a few connections, and another one's are its own", async () => {
  const held = [await connected("127.0.0.2"), await connected("127.0.0.2"), await connected("127.0.0.2")];
  expect(await isCut(await connected("127.0.0.2"))).toBe(true);
  expect(await isCut(await connected("127.0.0.3"))).toBe(false);
  held[0]?.destroy();
  await expect.poll(async () => isCut(await connected("127.0.0.2"))).toBe(false);
});

test("an address behind which several agents have shown their tokens has as much for each", async () => {
  for (const agent of ["a", "b"]) {
    provenAgent = agent;
    expect(await statusFrom("127.0.0.2")).toBe(200);
  }
  const held = await Promise.all(Array.from({ length: 6 }, async () => connected("127.0.0.2")));
  expect(held).toHaveLength(6);
  expect(await isCut(await connected("127.0.0.2"))).toBe(true);
});

test("requests on one connection, none of which waits for an answer, are bounded, and forgotten with the connection", async () => {
  const socket = await connected("127.0.0.2");
  let text = "";
  socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
  socket.write("GET /wait HTTP/1.1\r\nhost: x\r\n\r\n".repeat(50));
  await expect.poll(() => open.length).toBe(4);
  open.forEach((response) => response.end("ok"));
  await expect.poll(() => text).toContain("429");
  expect(text).toContain("Too many requests at once");
  open = [];
  const next = await connected("127.0.0.2");
  next.write("GET /wait HTTP/1.1\r\nhost: x\r\n\r\n".repeat(3));
  await expect.poll(() => open.length).toBe(3);
  next.destroy();
  expect(await statusFrom("127.0.0.2")).toBe(200);
});

test("an address that asks without end is slowed down, and nobody else", async () => {
  await start({ ...limits, requestsPerSecondPerAgent: 0.05 });
  for (let asked = 0; asked < limits.burstPerAgent; asked++) {
    expect(await statusFrom("127.0.0.2")).toBe(200);
  }
  let isAnswered = false;
  const held = statusFrom("127.0.0.2").then(
    () => (isAnswered = true),
    () => undefined,
  );
  for (let asked = 0; asked < limits.burstPerAgent; asked++) {
    expect(await statusFrom("127.0.0.4")).toBe(200);
  }
  expect(isAnswered).toBe(false);
  server.closeAllConnections();
  await held;
});

test("what was slowed down is answered in the end", async () => {
  for (let asked = 0; asked < limits.burstPerAgent + 3; asked++) {
    expect(await statusFrom("127.0.0.2")).toBe(200);
  }
});

test("Mosaic's own host, where agents without containers run, is bounded in all only", async () => {
  await Promise.all(Array.from({ length: 10 }, async () => connected("127.0.0.1")));
  expect(await statusFrom("127.0.0.1")).toBe(200);
});
