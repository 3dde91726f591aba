import { randomUUID } from "node:crypto";
import type { AccessToken, CreateAccessToken } from "@mosaic/contracts/access-token";
import type { Profile, SessionInfo } from "@mosaic/contracts/account";
import type { ModelDefault, SaveModelDefault } from "@mosaic/contracts/model-defaults";
import type { PushDevice, SavePushDevice } from "@mosaic/contracts/push";
import type { Provider } from "@mosaic/contracts/provider";

/** What the signed-in person's own routes answer, and what was done through them. */
export interface AccountState {
  profile: Profile;
  password: string;
  sessions: SessionInfo[];
  tokens: AccessToken[];
  pushDevices: PushDevice[];
  defaults: ModelDefault[];
}

const now = (): string => new Date().toISOString();

export const sampleSession = (over: Partial<SessionInfo> = {}): SessionInfo => ({
  id: randomUUID(),
  device: "Firefox on Linux",
  address: "192.0.2.7",
  isCurrent: false,
  createdAt: now(),
  lastUsedAt: now(),
  expiresAt: now(),
  ...over,
});

export const sampleToken = (over: Partial<AccessToken> = {}): AccessToken => ({
  id: randomUUID(),
  name: "Home automation",
  hint: "Xy9z",
  scopes: ["chat"],
  showsConversations: true,
  usesPlainModel: false,
  createdAt: now(),
  expiresAt: null,
  lastUsedAt: null,
  lastUsedAddress: null,
  ...over,
});

export const samplePushDevice = (over: Partial<PushDevice> = {}): PushDevice => ({
  id: randomUUID(),
  device: "Firefox on Linux",
  isCurrent: false,
  showsText: false,
  fault: null,
  createdAt: now(),
  ...over,
});

export const accountState = (over: Partial<AccountState> = {}): AccountState => ({
  profile: {
    id: "0199c0de-0000-7000-8000-000000000001",
    username: "ada",
    displayName: "Ada",
    email: null,
    role: "member",
    isBreakglass: false,
    language: null,
    hasPassword: true,
    identities: [],
    createdAt: now(),
  },
  password: "correct horse battery",
  sessions: [sampleSession({ device: "Chrome on macOS", isCurrent: true })],
  tokens: [],
  pushDevices: [],
  defaults: [
    { backend: null, model: null, fallbacks: [], effective: null },
    { backend: "openclaw", model: null, fallbacks: [], effective: null },
  ],
  ...over,
});

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

interface AccountCall {
  readonly state: AccountState;
  readonly providers: readonly Provider[];
  readonly id: string;
  readonly body: Record<string, unknown>;
}

const ok = (body: unknown, status = 200): Answer => ({ status, body });
const none: Answer = { status: 204 };
const refusal = (path: string, message: string): Answer =>
  ok({ type: "about:blank", title: "The request is not valid", status: 400, code: "invalid_input", errors: [{ path, message }] }, 400);

const saveDefault = ({ state, providers, body }: AccountCall): Answer => {
  const { backend, model, fallbacks } = body as SaveModelDefault;
  const providerName = providers.find(({ id }) => id === model?.providerId)?.name ?? "";
  const source = backend === null ? "user-all" : "user-backend";
  const effective = model === null ? null : ({ ...model, providerName, isShared: false, source } as const);
  state.defaults = state.defaults.map((row) => (row.backend === backend ? { backend, model, fallbacks, effective } : row));
  return ok({ defaults: state.defaults });
};

const routes: Record<string, (call: AccountCall) => Answer> = {
  "GET profile": ({ state }) => ok(state.profile),
  "PATCH profile": ({ state, body }) => {
    state.profile = { ...state.profile, ...body };
    return ok(state.profile);
  },
  "POST profile/password": ({ state, body }) => {
    if (body["currentPassword"] !== state.password) return refusal("currentPassword", "This is not your current password");
    state.password = String(body["newPassword"]);
    state.sessions = state.sessions.filter(({ isCurrent }) => isCurrent);
    if (body["endsTokens"] !== false) state.tokens = [];
    return none;
  },
  "GET sessions": ({ state }) => ok({ sessions: state.sessions }),
  "DELETE sessions": ({ state }) => {
    state.sessions = state.sessions.filter(({ isCurrent }) => isCurrent);
    return none;
  },
  "DELETE sessions/:id": ({ state, id }) => {
    state.sessions = state.sessions.filter((session) => session.id !== id);
    return none;
  },
  "GET tokens": ({ state }) => ok({ tokens: state.tokens }),
  "POST tokens": ({ state, body }) => {
    const { name, scopes, showsConversations, usesPlainModel } = body as CreateAccessToken;
    const added = sampleToken({ name, scopes, showsConversations, usesPlainModel });
    state.tokens.push(added);
    return ok({ ...added, token: "mosaic_shown-once" }, 201);
  },
  "DELETE tokens/:id": ({ state, id }) => {
    state.tokens = state.tokens.filter((token) => token.id !== id);
    return none;
  },
  "GET push": ({ state }) => ok({ publicKey: "BKey", devices: state.pushDevices }),
  "PUT push/device": ({ state, body }) => {
    const { showsText } = body as SavePushDevice;
    state.pushDevices = [...state.pushDevices.filter(({ isCurrent }) => !isCurrent), samplePushDevice({ isCurrent: true, showsText })];
    return none;
  },
  "POST push/seen": () => none,
  "DELETE push/devices/:id": ({ state, id }) => {
    state.pushDevices = state.pushDevices.filter((device) => device.id !== id);
    return none;
  },
  "POST push/devices/:id/test": ({ state, id }) => {
    const detail = state.pushDevices.find((device) => device.id === id)?.fault ?? null;
    return ok({ isSent: detail === null, detail });
  },
  "GET model-defaults": ({ state }) => ok({ defaults: state.defaults }),
  "PUT model-defaults": saveDefault,
};

/** `null` for a route that is none of these. */
export const accountAnswer = (method: string, pathname: string, call: Omit<AccountCall, "id">): Answer | null => {
  const path = pathname.replace("/api/", "");
  const id = /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(path)?.[0] ?? "";
  return routes[`${method} ${id === "" ? path : path.replace(id, ":id")}`]?.({ ...call, id }) ?? null;
};
