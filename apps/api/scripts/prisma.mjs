// Runs the Prisma CLI without its schema engine, which is a download: `generate`, `validate` and `format` are wasm and need only that
// the variable names an existing file. Commands that would use the engine are refused, since with a wrong engine they claim success.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const commands = ["generate", "validate", "format"];
const [command = "", ...rest] = process.argv.slice(2);
if (!commands.includes(command)) {
  console.error(`prisma.mjs runs only: ${commands.join(", ")}`);
  process.exit(2);
}
const here = dirname(fileURLToPath(import.meta.url));
const cli = createRequire(import.meta.url).resolve("prisma/build/index.js");
const result = spawnSync(process.execPath, [cli, command, "--schema", join(here, "../../../prisma/schema.prisma"), ...rest], {
  cwd: join(here, ".."),
  stdio: ["ignore", "pipe", "inherit"],
  encoding: "utf8",
  env: {
    ...process.env,
    PRISMA_SCHEMA_ENGINE_BINARY: fileURLToPath(import.meta.url),
    PRISMA_HIDE_UPDATE_MESSAGE: "1",
    CHECKPOINT_DISABLE: "1",
  },
});
if (result.status !== 0) {
  process.stdout.write(result.stdout ?? "");
}
process.exit(result.status ?? 1);
