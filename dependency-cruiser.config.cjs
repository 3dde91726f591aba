/** The direction of dependencies: `lower` knows nothing of `higher`. What is not listed may not be imported. */
const moduleGraph = {
  "runtime-host": ["settings"],
  auth: ["users"],
  users: [],
  crypto: [],
  settings: ["crypto"],
  audit: [],
  backends: [],
  "llm-providers": ["backends", "demo", "settings", "runtime-host", "outbound-access", "owner-events"],
  agents: ["backends", "llm-providers", "settings"],
  "agent-config": ["agents", "backends", "demo", "llm-providers", "settings", "runtime-host"],
  "owner-events": [],
  "container-lifecycle": ["agent-config", "agents", "backends", "boot-queue", "owner-events", "runtime-host", "settings"],
  "boot-queue": ["runtime-host"],
  "idle-reaper": ["container-lifecycle"],
  conversations: ["agents", "owner-events"],
  turns: ["agent-config", "conversations", "container-lifecycle", "llm-relay", "owner-events"],
  demo: ["settings"],
  health: ["agents", "backends", "container-lifecycle", "llm-providers", "oidc", "runtime-host", "settings"],
  "outbound-access": ["settings"],
  oidc: ["users", "settings", "outbound-access"],
  "access-tokens": ["users"],
  accounts: ["users", "settings", "access-tokens", "oidc"],
  "user-admin": ["users", "settings", "agents", "container-lifecycle", "conversations", "llm-providers", "access-tokens"],
  "model-defaults": ["agents", "backends", "llm-providers", "settings"],
  "llm-relay": ["agent-config", "backends", "demo", "llm-providers", "outbound-access", "runtime-host", "settings"],
  "system-agents": ["agents", "backends", "container-lifecycle", "llm-providers", "owner-events"],
  "key-rotation": ["settings"],
  onboarding: ["oidc", "agents", "backends", "container-lifecycle", "health", "llm-providers", "runtime-host", "settings", "users"],
};
const everywhere = ["auth", "crypto", "audit"];

/** What another module may see of a module: never its repository or its controllers. */
const publicParts =
  "\\.(module|service|guard|decorator|types)\\.ts$|[-/]registry\\.ts$|/(tokens|sealed-box|key-ring|audit-trail|model-choice|session-endings|message-seal|conversation-title)\\.ts$";

const modulePath = (names) => `^apps/api/src/modules/(${names.join("|")})/`;

const graphRules = Object.entries(moduleGraph).map(([name, lower]) => ({
  name: `api-${name}-only-along-the-graph`,
  severity: "error",
  from: { path: `^apps/api/src/modules/${name}/` },
  to: { path: "^apps/api/src/modules/", pathNot: modulePath([name, ...lower, ...everywhere]) },
}));

module.exports = {
  forbidden: [
    { name: "no-circles", severity: "error", from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } } },
    {
      name: "no-unlisted-module",
      comment: "A new module is added to the graph above first.",
      severity: "error",
      from: { path: "^apps/api/src/modules/([^/]+)/", pathNot: modulePath(Object.keys(moduleGraph)) },
      to: {},
    },
    ...graphRules,
    {
      name: "only-public-parts-of-a-module",
      severity: "error",
      from: { path: "^apps/api/src/modules/([^/]+)/" },
      to: { path: "^apps/api/src/modules/", pathNot: ["^apps/api/src/modules/$1/", publicParts] },
    },
    {
      name: "platform-knows-no-module",
      severity: "error",
      from: { path: "^apps/api/src/platform/" },
      to: { path: "^apps/api/src/modules/" },
    },
    {
      name: "only-repositories-see-prisma",
      severity: "error",
      from: {
        path: "^apps/api/src/",
        pathNot: [
          "\\.repository\\.ts$",
          "/audit/audit-trail\\.ts$",
          "/auth/session-endings\\.ts$",
          "/llm-providers/model-choice\\.ts$",
          "^apps/api/src/platform/",
          "^apps/api/src/generated/",
        ],
      },
      to: { path: ["^apps/api/src/generated/", "prisma\\.service\\.ts$", "@prisma/client"] },
    },
    {
      name: "notices-are-heard-by-their-schema",
      severity: "error",
      from: { path: "^apps/api/src/", pathNot: ["^apps/api/src/platform/notices/", "platform\\.module\\.ts$"] },
      to: { path: "/notices/postgres-channel\\.ts$" },
    },
    {
      name: "packages-know-no-framework",
      severity: "error",
      from: { path: "^packages/" },
      to: { path: ["^apps/", "node_modules/(@nestjs|next|react|@prisma)/"] },
    },
    {
      name: "web-knows-only-contracts",
      severity: "error",
      from: { path: "^apps/web/" },
      to: { path: ["^apps/api/", "^packages/(?!contracts/)"] },
    },
    { name: "contracts-stand-alone", severity: "error", from: { path: "^packages/contracts/" }, to: { path: "^packages/(?!contracts/)" } },
    {
      name: "the-runtime-stands-alone",
      severity: "error",
      from: { path: "^packages/runtime/src/" },
      to: { path: "^packages/(?!runtime/)" },
    },
    { name: "no-unresolvable", severity: "error", from: {}, to: { couldNotResolve: true, pathNot: "^#" } },
  ],
  options: {
    doNotFollow: { path: ["node_modules", "^apps/api/src/generated/", "/dist/"] },
    exclude: { path: ["/out/", "next-env\\.d\\.ts$", "\\.next/", "\\.css$"] },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    tsConfig: { fileName: "apps/web/tsconfig.json" },
    enhancedResolveOptions: {
      extensions: [".ts", ".tsx", ".mjs", ".js"],
      exportsFields: ["exports"],
      conditionNames: ["import", "types", "default"],
    },
  },
};
