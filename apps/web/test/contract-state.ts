import { randomUUID } from "node:crypto";
import type { BackendChoices } from "@mosaic/contracts/admin-containers";
import type { Agent, FirstAgent } from "@mosaic/contracts/agent";
import type { Conversation, Draft, Message, WaitingMessage } from "@mosaic/contracts/chat";
import type { Folder } from "@mosaic/contracts/folders";
import { textParts } from "@mosaic/contracts/message-parts";
import type { OnboardingStep, RuntimeOption } from "@mosaic/contracts/onboarding";
import type { Provider, ProviderTestResult } from "@mosaic/contracts/provider";
import type { ShareLists } from "@mosaic/contracts/shares";
import { accountState, type AccountState } from "@/test/account-contract";
import { adminState, type AdminState } from "@/test/admin-contract";

type BackendChoice = BackendChoices["backends"][number];

/** All that the contract server keeps: a test sets what it needs, and looks at what became of it. */
export interface ContractState {
  step: OnboardingStep;
  isComplete: boolean;
  isSignedIn: boolean;
  setupToken: string;
  providers: Provider[];
  agents: Agent[];
  /** What stands in the way of a first agent. */
  whyNoFirstAgent: FirstAgent["reason"];
  conversations: Conversation[];
  /** Deleted, and to be brought back. */
  deleted: Conversation[];
  folders: Folder[];
  messages: Map<string, Message[]>;
  /** By conversation. */
  waiting: Map<string, WaitingMessage[]>;
  drafts: Map<string, Draft>;
  /** `null`: it can't be read. */
  shares: ShareLists | null;
  backends: BackendChoice[];
  runtimes: RuntimeOption[];
  runtime: RuntimeOption;
  testResult: ProviderTestResult;
  paceMs: number;
  role: "admin" | "member";
  /** What every agent wrote last, and what deleting it takes along. */
  logs: string[];
  loss: { conversations: number; messages: number; hasState: boolean };
  account: AccountState;
  /** What the routes under /api/admin answer, and what was done through them. */
  admin: AdminState;
}

const now = (): string => new Date().toISOString();

const isolated: RuntimeOption = {
  kind: "docker",
  isAvailable: true,
  isIsolated: true,
  detail: "Docker 29.1 answers. Each agent gets a hardened container of its own.",
};
const unisolated: RuntimeOption = {
  kind: "process",
  isAvailable: true,
  isIsolated: false,
  detail: "Agents run as ordinary programs on this machine.",
};

export const sampleProvider = (over: Partial<Provider> = {}): Provider => ({
  id: randomUUID(),
  kind: "zai",
  name: "Z.ai",
  baseUrl: "https://api.z.ai/api/paas/v4",
  hasKey: true,
  models: [{ id: "glm-4.6" }, { id: "glm-4.5-air" }],
  version: 1,
  isActive: true,
  isShared: false,
  createdAt: now(),
  updatedAt: now(),
  ...over,
});

export const sampleAgent = (over: Partial<Agent> = {}): Agent => ({
  id: randomUUID(),
  backend: "openclaw",
  name: "Ada",
  emoji: "🦉",
  personality: "You are concise.",
  tools: { files: true, web: true, shell: false, browser: false, sessions: true },
  model: null,
  fallbacks: [],
  idleTimeoutSeconds: 1800,
  suggestions: null,
  effectiveModel: {
    source: "user-all",
    providerId: "0199c0de-0000-7000-8000-0000000000aa",
    providerName: "Z.ai",
    isShared: false,
    model: "glm-4.6",
  },
  isRestartPending: false,
  disk: { bytes: null, limitBytes: 5 * 1024 ** 3 },
  status: "stopped",
  stage: null,
  error: null,
  lastActiveAt: null,
  createdAt: now(),
  updatedAt: now(),
  ...over,
});

export const sampleMessage = (over: Partial<Message> = {}): Message => ({
  id: randomUUID(),
  role: "assistant",
  content: "",
  parts: [...textParts(over.content ?? "")],
  usage: null,
  status: "complete",
  error: null,
  createdAt: now(),
  ...over,
});

export const sampleConversation = (over: Partial<Conversation> = {}): Conversation => ({
  id: randomUUID(),
  agentId: randomUUID(),
  title: "New conversation",
  isPinned: false,
  isArchived: false,
  isUnread: false,
  createdAt: now(),
  updatedAt: now(),
  ...over,
});

export const sampleFolder = (over: Partial<Folder> = {}): Folder => ({
  id: randomUUID(),
  name: "Travel",
  instructions: "",
  createdAt: now(),
  ...over,
});

export const sampleBackend = (over: Partial<BackendChoice> = {}): BackendChoice => ({
  id: "openclaw",
  label: "OpenClaw",
  description: "Works with files, the web, a shell and a browser.",
  defaultIdleTimeoutSeconds: 1800,
  defaultTools: { files: true, web: true, shell: false, browser: false, sessions: true },
  tools: ["files", "web", "shell", "browser", "sessions"],
  ...over,
});

export const initialState = (): ContractState => ({
  step: "breakglass",
  isComplete: false,
  isSignedIn: false,
  setupToken: "the-setup-token",
  providers: [],
  agents: [],
  whyNoFirstAgent: null,
  conversations: [],
  deleted: [],
  folders: [],
  messages: new Map(),
  waiting: new Map(),
  drafts: new Map(),
  shares: { own: [], received: [], hasLinks: true },
  backends: [sampleBackend()],
  runtimes: [isolated, unisolated],
  runtime: isolated,
  paceMs: 5,
  role: "admin",
  logs: ["[gateway] ready", "[agent] answered"],
  loss: { conversations: 3, messages: 42, hasState: true },
  account: accountState(),
  admin: adminState(),
  testResult: {
    outcome: "ok",
    message: "The endpoint answered and lists 2 models.",
    caution: null,
    agentAddress: null,
    allow: null,
    models: [{ id: "glm-4.6" }, { id: "glm-4.5-air" }],
    durationMs: 412,
  },
});

/** A complete installation with one provider, one agent and nothing said yet. */
export const readyState = (): Partial<ContractState> => {
  const provider = sampleProvider();
  return {
    step: "summary",
    isComplete: true,
    isSignedIn: true,
    providers: [provider],
    agents: [sampleAgent({ model: { providerId: provider.id, model: "glm-4.6" } })],
  };
};
