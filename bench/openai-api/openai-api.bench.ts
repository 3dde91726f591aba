// What programs get through Mosaic's `/v1`, side by side in one run:
//   comparison    streams a second and first byte of the same stub gateway bare, behind nginx, behind configurable-http-proxy, through `/v1` and through the
//                 page's stream, at a model's pace (spread evenly, and ten at the same moment) and as fast as it goes; and what Postgres is asked for a turn
//   slow streams  a thousand at once through one process: dropped, memory of each, the event loop's delay
//   woken         the first byte of a stream whose agent sleeps; then, where OpenClaw is installed, the stages of its start beside a bare one
// Mosaic, the callers and the proxies are processes of their own; the gateways are this one. ONLY names some of these parts, separated by commas.
// ROUNDS, STREAMS (of each caller), SLOW, SLOW_RATE, WOKEN and COLD are numbers; STATEMENTS=1 prints a turn's statements; PROFILE names a folder for
// a profile of Mosaic's processor time.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { print } from "../turns/figures.js";
import { openHouse, type House } from "../turns/house.js";
import { compare } from "./comparison.js";
import { slowStreams } from "./slow-streams.js";
import { woken } from "./woken.js";

const parts: Readonly<Record<string, (house: House) => Promise<string[]>>> = { comparison: compare, "slow-streams": slowStreams, woken };
const only = process.env["ONLY"]?.split(",");

test("openai-api", async () => {
  for (const [name, part] of Object.entries(parts)) {
    if (only === undefined || only.includes(name)) {
      const house = await openHouse();
      try {
        expect(await part(house)).toEqual([]);
      } finally {
        await house.close();
      }
    }
  }
  if (only === undefined || only.includes("stages")) {
    stages();
  }
});

/** With the real OpenClaw, as a process. */
function stages(): void {
  if (process.env["MOSAIC_OPENCLAW_DIR"] === undefined) {
    print("\nSKIPPED: the stages of a sleeping agent: set MOSAIC_OPENCLAW_DIR to a folder with OpenClaw installed");
    return;
  }
  const bench = fileURLToPath(new URL("../first-token.ts", import.meta.url));
  const { status } = spawnSync(process.execPath, [bench, "process", "5", process.env["COLD"] ?? "3"], { stdio: "inherit" });
  expect(status).toBe(0);
}
