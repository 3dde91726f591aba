// Writes what is generated: the table of what kinds of agents can do, `.env.example` and `docs/configuration.md` from the schema of environment variables, and for each image that ships
// with Mosaic what it runs where a bundle does not say it.
//   node scripts/generate.mjs           writes them
//   node scripts/generate.mjs --check   fails when they are not current, or when nothing reads one of the variables
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { renderKindsDocs } from "./lib/kinds-docs.mjs";
import { renderConfigurationDocs, renderEnvExample, settingsOf, unreadNames } from "./lib/configuration-docs.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const apiSource = join(root, "apps/api/src");
const schemaFile = join(apiSource, "platform/config/env.ts");

// Sources are read, not builds that may be older: imports in TypeScript name the .js that will be.
registerHooks({
  resolve: (specifier, context, next) => {
    const isSource = /^\.\.?\//.test(specifier) && context.parentURL?.endsWith(".ts");
    return next(isSource ? specifier.replace(/\.js$/, ".ts") : specifier, context);
  },
});

const { envSchema } = await import(schemaFile);
const { openclawLaunch } = await import(join(root, "packages/agent-backends/src/openclaw-launch.ts"));
const { builtInDefinitions } = await import(join(root, "packages/agent-backends/src/registry.ts"));
const settings = settingsOf(envSchema);
const files = [
  { path: ".env.example", content: renderEnvExample(settings) },
  { path: "docs/configuration.md", content: renderConfigurationDocs(settings) },
  { path: "docs/kinds.md", content: renderKindsDocs(builtInDefinitions) },
  { path: "docker/openclaw/launch.json", content: `${JSON.stringify(openclawLaunch, null, 2)}\n` },
];

const readers = globSync("**/*.ts", { cwd: apiSource, exclude: ["generated/**", "**/*.test.ts"] })
  .map((file) => join(apiSource, file))
  .filter((file) => file !== schemaFile);
const unread = unreadNames(
  settings.map(({ name }) => name),
  readers.map((file) => readFileSync(file, "utf8")),
);
if (unread.length > 0) {
  console.error(`Nothing reads ${unread.join(", ")}: take it out of ${schemaFile}, or use it.`);
  process.exit(1);
}

if (process.argv[2] === "--check") {
  const outdated = files.filter(({ path, content }) => !existsSync(join(root, path)) || readFileSync(join(root, path), "utf8") !== content);
  if (outdated.length > 0) {
    console.error(`Not current: ${outdated.map(({ path }) => path).join(", ")}. Run: node scripts/generate.mjs`);
    process.exit(1);
  }
} else {
  for (const { path, content } of files) {
    writeFileSync(join(root, path), content);
  }
}
