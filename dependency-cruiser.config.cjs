/** The modules of the API: `lower` knows nothing of `higher`. What is not listed may not be imported, what nobody imports may not be listed. */
const moduleGraph = {
  "runtime-host": ["settings"],
  auth: ["users"],
  users: [],
  crypto: [],
  settings: [],
  audit: [],
  backends: ["runtime-host"],
  "llm-providers": ["demo", "runtime-host", "outbound-access"],
  agents: ["backends", "llm-providers"],
  "agent-config": ["agents", "backends", "demo", "llm-providers", "runtime-host"],
  "agent-events": ["agent-config", "conversations", "push"],
  "owner-events": [],
  containers: ["agent-config", "agents", "backends", "boot-queue", "owner-events", "runtime-host", "settings"],
  "boot-queue": ["runtime-host"],
  "idle-reaper": ["containers"],
  conversations: ["owner-events"],
  search: ["conversations"],
  files: ["settings"],
  folders: ["owner-events"],
  turns: ["agent-config", "conversations", "containers", "files", "folders", "llm-relay", "push"],
  "conversation-files": ["conversations", "files", "owner-events", "settings"],
  dictation: ["llm-providers", "outbound-access"],
  "openai-api": ["conversations", "files", "plain-models", "turns"],
  "plain-models": ["agent-config", "llm-providers", "llm-relay"],
  push: ["accounts", "conversations", "outbound-access", "owner-events", "settings", "users"],
  demo: ["settings"],
  health: ["agents", "backends", "containers", "llm-providers", "oidc", "runtime-host", "settings"],
  "outbound-access": ["settings"],
  oidc: ["settings", "outbound-access"],
  "access-tokens": [],
  accounts: ["users", "settings", "oidc"],
  "user-admin": ["containers"],
  "model-defaults": ["agents", "llm-providers"],
  "llm-relay": ["agent-config", "demo", "llm-providers", "outbound-access"],
  "system-agents": ["agents", "containers"],
  "key-rotation": ["settings"],
  onboarding: ["oidc", "agents", "health", "llm-providers", "model-defaults", "runtime-host", "settings", "users"],
};
const everywhere = ["auth", "crypto", "audit"];

/** The features of the web page, in the same way. What several of them show is in `components` and `lib`, which know no feature. */
const featureGraph = {
  account: ["agents"],
  "admin-audit": [],
  "admin-backends": ["admin-declared-kinds", "agents"],
  "admin-containers": ["agents"],
  "admin-declared-kinds": [],
  "admin-health": [],
  "admin-invites": ["admin-sharing"],
  "admin-network": [],
  "admin-oidc": ["providers"],
  "admin-sharing": ["agents", "models"],
  "admin-shell": ["auth", "shell"],
  "admin-system-agents": ["agents"],
  "admin-users": ["auth"],
  agents: ["entry"],
  auth: ["account", "entry"],
  chat: ["admin-system-agents", "agents", "auth", "sharing", "shell"],
  data: ["agents", "sharing"],
  entry: [],
  models: ["agents"],
  palette: ["admin-shell", "auth", "chat", "settings"],
  notifications: [],
  providers: ["agents", "auth"],
  settings: ["auth", "shell"],
  setup: ["account", "admin-oidc", "admin-sharing", "agents", "auth", "entry", "providers"],
  "shared-copy": ["agents", "chat", "sharing"],
  sharing: [],
  shell: ["auth", "entry"],
};

/** What another module may see of a module: never its repository or its controllers. */
const publicParts =
  "\\.(module|service|guard|decorator|types)\\.ts$|[-/]registry\\.ts$|/(tokens|sealed-box|key-ring|audit-trail|model-choice|session-endings|message-seal|conversation-title|device-name|due-pushes|sealed-pieces|file-name|outgoing-file|turn-engine|turn-readers|client-tools|relay-fields|relay-rules|json-members|json-scanner)\\.ts$";

const featurePath = (names) => `^apps/web/features/(${names.join("|")})/`;

const modulePath = (names) => `^apps/api/src/modules/(${names.join("|")})/`;

const graphRules = Object.entries(moduleGraph).map(([name, lower]) => ({
  name: `api-${name}-only-along-the-graph`,
  severity: "error",
  from: { path: `^apps/api/src/modules/${name}/` },
  to: { path: "^apps/api/src/modules/", pathNot: modulePath([name, ...lower, ...everywhere]) },
}));

/** They walk through pages of several features. */
const webTests = "\\.test\\.tsx?$";

const featureRules = Object.entries(featureGraph).map(([name, lower]) => ({
  name: `web-${name}-only-along-the-graph`,
  severity: "error",
  from: { path: `^apps/web/features/${name}/`, pathNot: webTests },
  to: { path: "^apps/web/features/", pathNot: featurePath([name, ...lower]) },
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
      name: "no-unlisted-feature",
      comment: "A new feature is added to the graph above first.",
      severity: "error",
      from: { path: "^apps/web/features/([^/]+)/", pathNot: featurePath(Object.keys(featureGraph)) },
      to: {},
    },
    ...featureRules,
    {
      name: "what-features-share-knows-no-feature",
      severity: "error",
      from: { path: "^apps/web/(components|lib)/", pathNot: webTests },
      to: { path: "^apps/web/(features|app)/" },
    },
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
          "/push/due-pushes\\.ts$",
          "/turns/turn-beginning\\.ts$",
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
    {
      name: "what-is-for-tests-does-not-ship",
      severity: "error",
      from: { path: ["^apps/(?:api/src|web)/", "^packages/(?!testing/)[^/]+/src/"], pathNot: ["\\.test\\.tsx?$", "^apps/web/test/"] },
      to: { path: "^packages/testing/" },
    },
    { name: "contracts-stand-alone", severity: "error", from: { path: "^packages/contracts/" }, to: { path: "^packages/(?!contracts/)" } },
    {
      name: "the-runtime-stands-alone",
      severity: "error",
      from: { path: "^packages/runtime/src/" },
      to: { path: "^packages/(?!runtime/|incoming/)" },
    },
    {
      name: "what-runs-beside-an-agent-needs-only-node",
      comment: "Images copy the supervisor's build, which has a copy of the build of incoming, and nothing else.",
      severity: "error",
      from: { path: "^packages/(supervisor|incoming)/src/", pathNot: "\\.test\\.ts$" },
      to: { path: ["^packages/(?!$1/|incoming/)", "node_modules/"], dependencyTypesNot: ["type-only"] },
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

// For the check that each edge is used; dependency-cruiser refuses fields that it does not know.
Object.defineProperty(module.exports, "graphs", { enumerable: false, value: { everywhere, featureGraph, moduleGraph } });
