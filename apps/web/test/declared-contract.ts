import type { BackendSettings } from "@mosaic/contracts/admin-containers";
import type { BackendDeclaration, ImportedBackends } from "@mosaic/contracts/backend-declarations";
import { declaredBackend, declaredBackendFile, type DeclaredBackend } from "@mosaic/contracts/declared-backend";
import type { Answer } from "@/test/account-contract";
import type { AdminCall, AdminState } from "@/test/admin-contract";

export type StoredDeclaration = BackendDeclaration;

export const sampleDeclaration = (over: Partial<DeclaredBackend> = {}): DeclaredBackend =>
  declaredBackend.parse({
    id: "parrot",
    label: "Parrot",
    image: "example.org/parrot:1",
    command: ["serve"],
    user: 1000,
    port: 8000,
    stateDir: "/data",
    ...over,
  });

/** What the page of all kinds shows of a declared one. */
export const settingsOf = (declaration: DeclaredBackend, over: Partial<BackendSettings> = {}): BackendSettings => ({
  id: declaration.id,
  label: declaration.label,
  image: declaration.image,
  memoryLimitBytes: declaration.limits.memoryBytes,
  memoryNeeds: { minimumBytes: 0, comfortableBytes: 0 },
  nanoCpus: declaration.limits.nanoCpus,
  pidsLimit: declaration.limits.pids,
  stateLimitBytes: declaration.limits.stateBytes,
  readyTimeoutMs: declaration.readyTimeoutMs,
  defaultIdleTimeoutSeconds: declaration.idleTimeoutSeconds,
  defaultTools: { files: false, web: false, shell: false, browser: false, sessions: false },
  isOffered: true,
  isDeclared: true,
  agentCount: 0,
  ...over,
});

/** As it is after it was declared, and changed as often as there are more versions, newest last. */
export const storedDeclaration = (...versions: readonly DeclaredBackend[]): StoredDeclaration => {
  const history = versions.map((declaration, index) => ({
    version: index + 1,
    createdAt: `2026-11-0${index + 1}T10:00:00.000Z`,
    createdBy: index === 0 ? null : "Grace Hopper",
    declaration,
  }));
  const newest = history.toReversed();
  const [present] = newest;
  return { declaration: present?.declaration ?? sampleDeclaration(), version: newest.length, history: newest };
};

const refused = (code: "conflict" | "invalid_input", detail: string, path?: string): Answer => ({
  status: code === "conflict" ? 409 : 400,
  body: {
    type: "about:blank",
    title: "Refused",
    status: code === "conflict" ? 409 : 400,
    code,
    detail,
    ...(path === undefined ? {} : { errors: [{ path, message: detail }] }),
  },
});
const notFound: Answer = { status: 404, body: { type: "about:blank", title: "Not found", status: 404, code: "not_found" } };

const store = (state: AdminState, declaration: DeclaredBackend): StoredDeclaration => {
  const before = state.declarations.find((stored) => stored.declaration.id === declaration.id);
  const after = storedDeclaration(...(before?.history.map((one) => one.declaration).toReversed() ?? []), declaration);
  state.declarations = [...state.declarations.filter((stored) => stored !== before), after];
  const settings = settingsOf(declaration, { agentCount: state.backends.find(({ id }) => id === declaration.id)?.agentCount ?? 0 });
  state.backends = [...state.backends.filter(({ id }) => id !== declaration.id), settings];
  return after;
};

const imageFault = ({ imageFaults }: AdminState, { image }: DeclaredBackend): Answer | null =>
  imageFaults[image] === undefined ? null : refused("invalid_input", imageFaults[image], "declaration.image");

const takeFile = ({ state, body }: AdminCall): Answer => {
  let content: unknown;
  try {
    content = JSON.parse(String(body["content"]));
  } catch {
    return refused("invalid_input", "The file is no JSON object.", "content");
  }
  const { success, data, error } = declaredBackendFile.safeParse(content);
  if (!success) {
    const [issue] = error.issues;
    return refused("invalid_input", issue?.message ?? "", `content.${issue?.path.join(".") ?? ""}`);
  }
  const present = (id: string) => state.declarations.find(({ declaration }) => declaration.id === id)?.declaration;
  const idsOf = (fits: (declaration: DeclaredBackend) => boolean): string[] => data.backends.filter(fits).map(({ id }) => id);
  const isSame = (declaration: DeclaredBackend): boolean => JSON.stringify(present(declaration.id)) === JSON.stringify(declaration);
  const outcome: ImportedBackends = {
    added: idsOf(({ id }) => present(id) === undefined),
    changed: idsOf((declaration) => present(declaration.id) !== undefined && !isSame(declaration)),
    unchanged: idsOf(isSame),
    notes: state.importNotes,
  };
  if (body["isTrial"] !== true) for (const declaration of data.backends.filter((one) => !isSame(one))) store(state, declaration);
  return { status: 200, body: outcome };
};

/** Kinds of agents that admins declare. */
export const declaredKinds: Record<string, (call: AdminCall) => Answer> = {
  "GET declared-backends": ({ state }) => ({
    status: 200,
    body: { version: 1, backends: state.declarations.map(({ declaration }) => declaration) },
  }),
  "POST declared-backends": ({ state, body }) => {
    const declaration = declaredBackend.parse(body["declaration"]);
    if (state.backends.some(({ id }) => id === declaration.id)) {
      return refused("conflict", `There is a kind with the id "${declaration.id}" already. Choose another one.`);
    }
    return imageFault(state, declaration) ?? { status: 201, body: store(state, declaration) };
  },
  "POST declared-backends/import": takeFile,
  "GET declared-backends/:kind": ({ state, id }) => {
    const stored = state.declarations.find(({ declaration }) => declaration.id === id);
    return stored === undefined ? notFound : { status: 200, body: stored };
  },
  "PUT declared-backends/:kind": ({ state, id, body }) => {
    const declaration = declaredBackend.parse(body["declaration"]);
    if (declaration.id !== id) {
      const words = `The id of a kind stays "${id}": agents are of it. Declare another kind instead.`;
      return refused("invalid_input", words, "declaration.id");
    }
    const stored = state.declarations.find((one) => one.declaration.id === id);
    if (stored === undefined) return notFound;
    if (stored.version !== body["version"]) {
      return refused("conflict", "Somebody else changed this kind meanwhile. Load it again, then repeat your change.");
    }
    return imageFault(state, declaration) ?? { status: 200, body: store(state, declaration) };
  },
  "DELETE declared-backends/:kind": ({ state, id }) => {
    if ((state.backends.find((one) => one.id === id)?.agentCount ?? 0) > 0) {
      return refused("conflict", "Agents are of this kind. Delete them first, or stop offering the kind.");
    }
    state.declarations = state.declarations.filter(({ declaration }) => declaration.id !== id);
    state.backends = state.backends.filter((one) => one.id !== id);
    return { status: 204 };
  },
};
