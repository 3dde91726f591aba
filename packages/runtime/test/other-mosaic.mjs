// A Mosaic process that starts one agent and then just lives: for tests that kill it.
import { text } from "node:stream/consumers";
import { createProcessRuntime } from "../dist/process/process-runtime.js";

const { options, spec } = JSON.parse(await text(process.stdin));
const runtime = createProcessRuntime(options);
await runtime.prepare();
await runtime.create(spec);
const { endpoint } = await runtime.start(spec.name, "token-of-the-other-mosaic");
process.stdout.write(`${JSON.stringify(endpoint)}\n`);
setInterval(() => {}, 1000);
