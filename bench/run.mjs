// npm run bench            lists the benches
// npm run bench NAME ...   runs one
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** @type {Readonly<Record<string, { says: string, needs: string, command: readonly string[] }>>} */
const benches = {
  "first-message": {
    says: "seconds from an invitation's link to the first message sent, by the keyboard, and to the answer's first word: [rounds] [ms a key]",
    needs: "TEST_DATABASE_URL, MOSAIC_OPENCLAW_DIR, Chromium (MOSAIC_CHROMIUM)",
    command: ["node", "bench/first-message.ts"],
  },
  "first-token": {
    says: "first-token times of a warm and of a sleeping agent: [docker|process] [warm rounds] [cold rounds]",
    needs: "TEST_DATABASE_URL, MOSAIC_OPENCLAW_DIR",
    command: ["node", "bench/first-token.ts"],
  },
  "openai-api": {
    says: "what programs get through /v1 beside nginx and configurable-http-proxy, 1,000 slow streams, and woken agents: ONLY, ROUNDS and others in the environment",
    needs: "TEST_DATABASE_URL, nginx, and MOSAIC_OPENCLAW_DIR for the stages of a start",
    command: ["pnpm", "exec", "vitest", "run", "--config", "bench/openai-api/vitest.config.ts"],
  },
  "page-weight": {
    says: "requests and bytes of the sign-in page and of an open chat, and their largest paint beside its bound: [slow-down] [rounds]",
    needs: "TEST_DATABASE_URL, MOSAIC_OPENCLAW_DIR, Chromium (MOSAIC_CHROMIUM), and a quiet machine",
    command: ["node", "bench/page-weight.ts"],
  },
  rendering: {
    says: "frame times in Chromium, its processor ÷ 4, while a long answer comes into a long conversation, with and without rows out of the page: [messages] [words]",
    needs: "a built apps/web, Chromium (MOSAIC_CHROMIUM)",
    command: ["node", "bench/rendering/rendering.ts"],
  },
  requests: {
    says: "what an authenticated request costs beside the health route and a bare Node server: [requests a round] [rounds]",
    needs: "TEST_DATABASE_URL",
    command: ["node", "bench/requests.ts"],
  },
  scale: {
    says: "every query with 1,000,000 messages, 100,000 agents and 1,000,000 rows of the audit, with and without the indexes made for that",
    needs: "TEST_DATABASE_URL, and 3 GB of disk for some minutes",
    command: ["pnpm", "exec", "vitest", "run", "--config", "bench/scale/vitest.config.ts"],
  },
  search: {
    says: "search in 40,000 messages of one person among others', beside opening and reading them all: MESSAGES and QUERIES in the environment",
    needs: "TEST_DATABASE_URL, and some minutes for the texts",
    command: ["pnpm", "exec", "vitest", "run", "--config", "bench/search/vitest.config.ts"],
  },
  turns: {
    says: "what a turn costs Mosaic, and many at once, beside a stub gateway: TURNS, CROWD and RATE (turns a second) in the environment",
    needs: "TEST_DATABASE_URL",
    command: ["pnpm", "exec", "vitest", "run", "--config", "bench/turns/vitest.config.ts"],
  },
};

const [name, ...rest] = process.argv.slice(2);
const bench = name === undefined ? undefined : benches[name];
if (bench === undefined) {
  for (const [known, { says, needs }] of Object.entries(benches)) {
    console.log(`npm run bench ${known.padEnd(13)} ${says}\n${" ".repeat(28)}needs ${needs}`);
  }
  process.exit(name === undefined ? 0 : 2);
}
const [program = "", ...args] = bench.command;
process.exit(spawnSync(program, [...args, ...rest], { cwd: root, stdio: "inherit" }).status ?? 1);
