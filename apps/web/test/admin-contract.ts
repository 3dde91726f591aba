import { randomUUID } from "node:crypto";
import type { BackendSettings, ContainerView, ImageCheck } from "@mosaic/contracts/admin-containers";
import type { SharableProvider } from "@mosaic/contracts/admin-sharing";
import type { Invite, ManagedUser } from "@mosaic/contracts/admin-users";
import type { Agent } from "@mosaic/contracts/agent";
import type { AuditEvent } from "@mosaic/contracts/audit";
import { fileSettings, type FileSettings } from "@mosaic/contracts/files";
import type { HealthCheck } from "@mosaic/contracts/health";
import type { ModelDefault } from "@mosaic/contracts/model-defaults";
import type { OidcSettings } from "@mosaic/contracts/oidc";
import type { Answer } from "@/test/account-contract";
import { declaredKinds, type StoredDeclaration } from "@/test/declared-contract";

/** The admin half of the contract server: plain lists that a test fills, and the newest query of each list. */
export interface AdminState {
  users: ManagedUser[];
  invites: Invite[];
  signUpMode: "closed" | "invite" | "open";
  isDemoOn: boolean;
  fileSettings: FileSettings;
  oidc: OidcSettings;
  oidcTest: { outcome: string; message: string; warnings: string[] };
  providers: SharableProvider[];
  defaults: ModelDefault[];
  allowedAddresses: string[];
  /** Addresses that are refused, with what is said of them. */
  addressFaults: Record<string, string>;
  backends: BackendSettings[];
  declarations: StoredDeclaration[];
  /** Images that are refused, with what is said of them. */
  imageFaults: Record<string, string>;
  /** What an import could not carry over. */
  importNotes: string[];
  imageCheck: ImageCheck;
  containers: ContainerView[];
  systemAgents: Agent[];
  events: AuditEvent[];
  checks: HealthCheck[];
  queries: Record<string, string>;
}

const now = (): string => new Date().toISOString();

export const sampleUser = (over: Partial<ManagedUser> = {}): ManagedUser => ({
  id: randomUUID(),
  username: "grace",
  displayName: "Grace Hopper",
  email: "grace@example.org",
  role: "member",
  isBreakglass: false,
  isDisabled: false,
  signsInWith: ["password"],
  agentCount: 2,
  createdAt: now(),
  lastSeenAt: now(),
  ...over,
});

export const adminState = (over: Partial<AdminState> = {}): AdminState => ({
  users: [
    sampleUser({
      id: "0199c0de-0000-7000-8000-000000000001",
      username: "admin",
      displayName: "admin",
      email: null,
      role: "admin",
      isBreakglass: true,
    }),
  ],
  invites: [],
  signUpMode: "invite",
  isDemoOn: true,
  fileSettings: { quotaBytes: 1024 * 1024 * 1024 },
  oidc: {
    isConfigured: false,
    isEnabled: false,
    label: "",
    issuer: "",
    clientId: "",
    hasClientSecret: false,
    scopes: ["openid", "profile", "email"],
    allowedEmailDomains: [],
    autoCreate: true,
    roleMappings: [],
    redirectUri: "https://mosaic.example.org/api/auth/oidc/callback",
    rolesNotTold: null,
  },
  oidcTest: { outcome: "ok", message: "The server answers and offers what Mosaic needs.", warnings: [] },
  providers: [],
  defaults: [
    { backend: null, model: null, fallbacks: [], effective: null },
    { backend: "openclaw", model: null, fallbacks: [], effective: null },
  ],
  allowedAddresses: [],
  addressFaults: {},
  backends: [
    {
      id: "openclaw",
      label: "OpenClaw",
      image: "mosaic/openclaw:2026.9.6",
      memoryLimitBytes: 2 * 1024 ** 3,
      memoryNeeds: { minimumBytes: 1024 ** 3, comfortableBytes: 1.5 * 1024 ** 3 },
      nanoCpus: 1_500_000_000,
      pidsLimit: 256,
      stateLimitBytes: 5 * 1024 ** 3,
      readyTimeoutMs: 120_000,
      defaultIdleTimeoutSeconds: 1800,
      defaultTools: { files: true, web: true, shell: false, browser: false, sessions: true },
      isOffered: true,
      isDeclared: false,
      agentCount: 3,
    },
  ],
  declarations: [],
  imageFaults: {},
  importNotes: [],
  imageCheck: { outcome: "missing", message: "It is built when the first agent starts." },
  containers: [],
  systemAgents: [],
  events: [],
  checks: [{ id: "database", label: "Database", state: "ok", detail: "PostgreSQL 18.4 answers in 2 ms." }],
  queries: {},
  ...over,
});

export interface AdminCall {
  readonly state: AdminState;
  readonly id: string;
  readonly body: Record<string, unknown>;
  readonly url: URL;
}

const ok = (body: unknown, status = 200): Answer => ({ status, body });
const none: Answer = { status: 204 };

/** Changes the entry in place and answers it; an unknown one is a fault of the test. */
const change = <T extends object>(list: T[], find: (entry: T) => boolean, part: object): T => {
  const at = list.findIndex(find);
  const changed = { ...list[at], ...part } as T;
  list[at] = changed;
  return changed;
};

/** As many as fit into a test. */
const containerPageSize = 3;

const pageOf = <T>(rows: readonly T[], url: URL): T[] => {
  const page = Number(url.searchParams.get("page") ?? "1");
  const size = Number(url.searchParams.get("pageSize") ?? "25");
  return rows.slice((page - 1) * size, page * size);
};

const sharing = ({ providers, defaults }: AdminState) => ({ providers, defaults });

const newSystemAgent = (body: Record<string, unknown>): Agent =>
  ({
    id: randomUUID(),
    effectiveModel: null,
    isRestartPending: false,
    disk: { bytes: null, limitBytes: 5 * 1024 ** 3 },
    idleTimeoutSeconds: 0,
    suggestions: null,
    status: "starting",
    stage: null,
    error: null,
    lastActiveAt: null,
    createdAt: now(),
    updatedAt: now(),
    ...body,
  }) as Agent;

const switchSystemAgent = ({ state, id }: AdminCall, status: Agent["status"]): Answer =>
  ok(
    change(state.systemAgents, (agent) => agent.id === id, { status }),
    202,
  );

const people: Record<string, (call: AdminCall) => Answer> = {
  "GET users": ({ state, url }) => {
    const text = url.searchParams.get("search") ?? "";
    const role = url.searchParams.get("role");
    const found = state.users.filter((user) => user.username.includes(text) && (role === null || user.role === role));
    return ok({ users: pageOf(found, url), total: found.length });
  },
  "PATCH users/:id": ({ state, id, body }) => ok(change(state.users, (user) => user.id === id, body)),
  "GET users/:id/deletion-summary": () => ok({ agents: 2, conversations: 14, providers: 1, tokens: 0, sharedProviders: 1 }),
  "DELETE users/:id": ({ state, id }) => {
    state.users = state.users.filter((user) => user.id !== id);
    return none;
  },
  "GET sign-up": ({ state }) => ok({ mode: state.signUpMode }),
  "PUT sign-up": ({ state, body }) => {
    state.signUpMode = body["mode"] as AdminState["signUpMode"];
    return ok({ mode: state.signUpMode });
  },
  "GET demo-model": ({ state }) => ok({ isOn: state.isDemoOn }),
  "GET files": ({ state }) => ok(state.fileSettings),
  "PUT files": ({ state, body }) => {
    state.fileSettings = fileSettings.parse(body);
    return ok(state.fileSettings);
  },
  "PUT demo-model": ({ state, body }) => {
    state.isDemoOn = body["isOn"] === true;
    return ok({ isOn: state.isDemoOn });
  },
  "GET invites": ({ state }) => ok({ invites: state.invites }),
  "POST invites": ({ state, body }) => {
    const expiresAt = new Date(Date.now() + Number(body["expiresInHours"]) * 3_600_000).toISOString();
    const added = { id: randomUUID(), hint: "Xy9z", uses: 0, status: "open", createdByName: "admin", createdAt: now(), expiresAt };
    const { expiresInHours: _hours, ...rest } = body;
    state.invites.unshift({ ...added, ...rest } as Invite);
    return ok({ ...added, ...rest, code: "a-code-shown-once" }, 201);
  },
  "DELETE invites/:id": ({ state, id }) => {
    change(state.invites, (invite) => invite.id === id, { status: "revoked" });
    return none;
  },
  "GET oidc": ({ state }) => ok(state.oidc),
  "PUT oidc": ({ state, body }) => {
    const { clientSecret, ...rest } = body;
    const hasClientSecret = clientSecret === undefined ? state.oidc.hasClientSecret : clientSecret !== null;
    state.oidc = { ...state.oidc, ...rest, isConfigured: true, hasClientSecret };
    return ok(state.oidc);
  },
  "DELETE oidc": ({ state }) => {
    state.oidc = adminState().oidc;
    return none;
  },
  "POST oidc/test": ({ state }) => ok(state.oidcTest),
};

const machine: Record<string, (call: AdminCall) => Answer> = {
  "GET sharing": ({ state }) => ok(sharing(state)),
  "PUT sharing/providers/:id": ({ state, id, body }) => {
    change(state.providers, (provider) => provider.id === id, body);
    return ok(sharing(state));
  },
  "PUT sharing/defaults": ({ state, body }) => {
    const choice = body["model"] as ModelDefault["model"];
    const provider = state.providers.find(({ id, isShared }) => id === choice?.providerId && isShared);
    const effective =
      choice === null || provider === undefined ? null : { ...choice, source: "admin-all", providerName: provider.name, isShared: true };
    change(state.defaults, ({ backend }) => backend === body["backend"], { ...body, effective });
    return ok(sharing(state));
  },
  "GET outbound": ({ state }) => ok({ allowedAddresses: state.allowedAddresses }),
  "PUT outbound": ({ state, body }) => {
    const written = body["allowedAddresses"] as string[];
    const errors = written.flatMap((line, index) => {
      const message = state.addressFaults[line];
      return message === undefined ? [] : [{ path: `allowedAddresses.${index}`, message }];
    });
    if (errors.length > 0) {
      return ok({ type: "about:blank", title: "The request is not valid", status: 400, code: "invalid_input", errors }, 400);
    }
    state.allowedAddresses = written;
    return ok({ allowedAddresses: written });
  },
  "GET backends": ({ state }) => ok({ backends: state.backends }),
  "PATCH backends/:kind": ({ state, id, body }) => ok(change(state.backends, (backend) => backend.id === id, body)),
  "POST backends/:kind/image-check": ({ state }) => ok(state.imageCheck),
  "GET containers": ({ state, url }) => {
    const { search, status, after, before } = Object.fromEntries(url.searchParams);
    const fits = state.containers.filter(
      (row) => (status === undefined || row.status === status) && row.agentName.toLowerCase().includes((search ?? "").toLowerCase()),
    );
    const places = fits.map((row) => `${Date.parse(row.since)}.${row.agentId}`);
    const start =
      after !== undefined ? places.indexOf(after) + 1 : before !== undefined ? Math.max(0, places.indexOf(before) - containerPageSize) : 0;
    const end = start + containerPageSize;
    return ok({
      containers: fits.slice(start, end),
      running: state.containers.filter((row) => row.status === "running").length,
      previous: start === 0 ? null : (places[start] ?? null),
      next: end < fits.length ? (places[end - 1] ?? null) : null,
    });
  },
  "POST containers/:id/stop": ({ state, id }) =>
    ok(
      change(state.containers, ({ agentId }) => agentId === id, { status: "stopping" }),
      202,
    ),
  "GET system-agents": ({ state }) => ok({ agents: state.systemAgents }),
  "POST system-agents": ({ state, body }) => {
    const added = newSystemAgent(body);
    state.systemAgents.push(added);
    return ok(added, 201);
  },
  "PATCH system-agents/:id": ({ state, id, body }) => ok(change(state.systemAgents, (agent) => agent.id === id, body)),
  "DELETE system-agents/:id": ({ state, id }) => {
    state.systemAgents = state.systemAgents.filter((agent) => agent.id !== id);
    return none;
  },
  "POST system-agents/:id/start": (call) => switchSystemAgent(call, "starting"),
  "POST system-agents/:id/restart": (call) => switchSystemAgent(call, "starting"),
  "POST system-agents/:id/stop": (call) => switchSystemAgent(call, "stopped"),
  "GET system-agents/:id/logs": () => ok({ lines: ["[gateway] watching"], isComplete: true }),
  "GET audit": ({ state, url }) => ok({ events: pageOf(state.events, url), total: state.events.length }),
  "GET report": ({ state }) => ok({ checks: state.checks }),
};

export const adminAnswer = (state: AdminState, method: string, url: URL, body: Record<string, unknown>): Answer => {
  const path = url.pathname.replace("/api/admin/", "").replace("/api/health/", "");
  const kind = /^(?:declared-)?backends\/(?!import$)([a-z][a-z0-9-]+)/.exec(path)?.[1];
  const id = kind ?? /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(path)?.[0] ?? "";
  state.queries[path] = url.search;
  const pattern = kind === undefined ? path.replace(id, id === "" ? "" : ":id") : path.replace(`/${kind}`, "/:kind");
  const route = { ...people, ...machine, ...declaredKinds }[`${method} ${pattern}`];
  if (route === undefined) {
    return ok({ type: "about:blank", title: "Not found", status: 404, code: "not_found" }, 404);
  }
  return route({ state, id, body, url });
};
