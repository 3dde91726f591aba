import { createServer } from "node:http";
import { parentPort, workerData } from "node:worker_threads";
import { createDemoLlm } from "./demo-llm.js";
import { listenOn } from "./listening-server.js";

/**
 * The demo model in a thread of its own: whatever it is sent holds up nobody else. It answers only below a path that nobody can guess, on
 * loopback, and says its port; it answers each message with the same one, as a sign that it is not stuck.
 */
const { secret, wordDelayMs } = workerData as { secret: string; wordDelayMs: number };
const demo = createDemoLlm({ wordDelayMs });
const server = createServer((request, response) => {
  if (request.url?.startsWith(`/${secret}/`) === true) demo.handle(request, response);
  else response.writeHead(404).end();
});
const { port } = await listenOn(server, { host: "127.0.0.1" });
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
const tell = (message: unknown): void => parentPort?.postMessage(message);
parentPort?.on("message", tell);
tell({ port });
