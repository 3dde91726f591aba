import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const cli = join(root, "node_modules/dependency-cruiser/bin/dependency-cruiser.mjs");

/** Rule → a tree that breaks it. */
const planted = {
  "no-circles": { "packages/runtime/src/a.ts": 'import "./b.js";', "packages/runtime/src/b.ts": 'import "./a.js";' },
  "no-unlisted-module": { "apps/api/src/modules/novel/novel.service.ts": 'import "node:fs";' },
  "api-users-only-along-the-graph": {
    "apps/api/src/modules/users/users.service.ts": 'import "../settings/settings.service.js";',
    "apps/api/src/modules/settings/settings.service.ts": "export {};",
  },
  "only-public-parts-of-a-module": {
    "apps/api/src/modules/auth/auth.service.ts": 'import "../users/users.repository.js";',
    "apps/api/src/modules/users/users.repository.ts": "export {};",
  },
  "platform-knows-no-module": {
    "apps/api/src/platform/http/server.ts": 'import "../../modules/auth/auth.service.js";',
    "apps/api/src/modules/auth/auth.service.ts": "export {};",
  },
  "only-repositories-see-prisma": {
    "apps/api/src/modules/users/users.service.ts": 'import "../../platform/database/prisma.service.js";',
    "apps/api/src/platform/database/prisma.service.ts": "export {};",
  },
  "notices-are-heard-by-their-schema": {
    "apps/api/src/modules/auth/auth.service.ts": 'import "../../platform/notices/postgres-channel.js";',
    "apps/api/src/platform/notices/postgres-channel.ts": "export {};",
  },
  "packages-know-no-framework": {
    "packages/runtime/src/a.ts": 'import "../../../apps/api/src/main.js";',
    "apps/api/src/main.ts": "export {};",
  },
  "web-knows-only-contracts": {
    "apps/web/lib/a.ts": 'import "../../../packages/runtime/src/a.js";',
    "packages/runtime/src/a.ts": "export {};",
  },
  "no-unlisted-feature": { "apps/web/features/novel/novel-page.ts": 'import "node:fs";' },
  "web-chat-only-along-the-graph": {
    "apps/web/features/chat/chat.ts": 'import "../admin-users/users.js";',
    "apps/web/features/admin-users/users.ts": "export {};",
  },
  "what-features-share-knows-no-feature": {
    "apps/web/lib/a.ts": 'import "../features/chat/chat.js";',
    "apps/web/features/chat/chat.ts": "export {};",
  },
  "what-is-for-tests-does-not-ship": {
    "apps/api/src/modules/demo/a.ts": 'import "../../../../../packages/testing/src/a.js";',
    "packages/testing/src/a.ts": "export {};",
  },
  "contracts-stand-alone": {
    "packages/contracts/src/a.ts": 'import "../../testing/src/a.js";',
    "packages/testing/src/a.ts": "export {};",
  },
  "the-runtime-stands-alone": {
    "packages/runtime/src/a.ts": 'import "../../contracts/src/a.js";',
    "packages/contracts/src/a.ts": "export {};",
  },
  "what-runs-beside-an-agent-needs-only-node": {
    "packages/supervisor/src/a.ts": 'import "../../contracts/src/a.js";',
    "packages/contracts/src/a.ts": "export {};",
  },
  "no-unresolvable": { "packages/runtime/src/a.ts": 'import "./missing.js";' },
};

let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mosaic-rules-"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function brokenRules(/** @type {Record<string, string>} */ files) {
  const tree = mkdtempSync(join(folder, "tree-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, name)), { recursive: true });
    writeFileSync(join(tree, name), text);
  }
  mkdirSync(join(tree, "apps/web"), { recursive: true });
  writeFileSync(join(tree, "apps/web/tsconfig.json"), "{}");
  writeFileSync(join(tree, "apps/web/page.ts"), "export {};");
  symlinkSync(join(root, "node_modules"), join(tree, "node_modules"));
  const folders = [...new Set(Object.keys(files).map((name) => name.split("/")[0] ?? ""))];
  const config = join(root, "dependency-cruiser.config.cjs");
  const result = spawnSync(process.execPath, [cli, "--config", config, "--output-type", "json", ...folders], {
    cwd: tree,
    encoding: "utf8",
  });
  return JSON.parse(result.stdout).summary.violations.map((/** @type {{ rule: { name: string } }} */ violation) => violation.rule.name);
}

test.each(Object.entries(planted))("a planted violation of %s is found", (rule, files) => {
  expect(brokenRules(files)).toContain(rule);
});

test("a tree that keeps the rules passes", () => {
  const files = {
    "apps/api/src/modules/auth/auth.service.ts": 'import "../users/users.service.js";',
    "apps/api/src/modules/users/users.service.ts": "export {};",
  };
  expect(brokenRules(files)).toEqual([]);
});
