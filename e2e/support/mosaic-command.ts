import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { MosaicOptions } from "./mosaic-process.ts";

const program = fileURLToPath(new URL("../../apps/api/dist/cli.js", import.meta.url));
const run = promisify(execFile);

/** Runs the `mosaic` command with the configuration of one installation. Rejects with what it wrote when it ends with another code than 0. */
export async function mosaicCommand({ databaseUrl, secretKey, stateDir }: MosaicOptions, words: readonly string[]): Promise<string> {
  const env = { ...process.env, DATABASE_URL: databaseUrl, MOSAIC_SECRET_KEY: secretKey, MOSAIC_STATE_DIR: stateDir };
  return (await run(process.execPath, [program, ...words], { env })).stdout;
}
