// Stands for OpenClaw where a test needs a gateway in seconds: the same command line, environment, files and routes. Its behaviour is told
// by `fake` in its configuration.
import { readFileSync, watch } from "node:fs";
import http from "node:http";
import { basename, dirname } from "node:path";

const configPath = process.env.OPENCLAW_CONFIG_PATH;
const port = Number(process.argv[process.argv.indexOf("--port") + 1]);
let config = readConfig();
let lastTurn = null;

const { fake = {} } = config;
console.log("the conversation: MY-REPLY-ON-STDOUT");
console.error("the conversation: MY-REPLY-ON-STDERR");
if (fake.says) console.log(fake.says);
if (fake.dies) {
  console.error(fake.dies);
  console.error("    at someFunction (file.js:1:1)");
  process.exit(fake.code);
}
if (fake.ignoresSigterm) process.on("SIGTERM", () => {});
else process.on("SIGTERM", () => process.exit(0));

watch(dirname(configPath), (_event, name) => {
  if (name !== basename(configPath)) return;
  const next = readConfig();
  if (JSON.stringify(next) === JSON.stringify(config)) return;
  if (next.fake?.isRefused) {
    console.error("[reload] config reload skipped (invalid config): fake");
    return;
  }
  config = next;
  console.log("[reload] config hot reload applied (models)");
});

http
  .createServer((request, response) => {
    if (request.url === "/readyz") {
      response.writeHead(fake.isNeverReady ? 503 : 200).end("{}");
    } else if (request.url === "/v1/chat/completions") {
      void answerTurn(request, response);
    } else {
      response.end(JSON.stringify({ pid: process.pid, argv: process.argv.slice(2), env: process.env, config, lastTurn }));
    }
  })
  .listen(port, "127.0.0.1");

async function answerTurn(request, response) {
  const [provider] = request.headers["x-openclaw-model"].split("/");
  const upstream = await fetch(`${config.models.providers[provider].baseUrl}/chat/completions`, { method: "POST", body: "{}" });
  lastTurn = { headers: request.headers, upstreamStatus: upstream.status, answer: await upstream.text() };
  response.writeHead(200).end("data: [DONE]\n\n");
}

function readConfig() {
  return JSON.parse(readFileSync(configPath, "utf8"));
}
