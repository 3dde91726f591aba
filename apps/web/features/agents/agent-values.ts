import type { BackendChoices } from "@mosaic/contracts/admin-containers";
import {
  agentToolGroup,
  agentTools,
  createAgent,
  defaultAgentTools,
  type Agent,
  type AgentToolGroup,
  type AgentTools,
  type CreateAgent,
  type ModelChoice,
} from "@mosaic/contracts/agent";
import type { ModelDefault } from "@mosaic/contracts/model-defaults";
import { z } from "zod";
import type { SelectGroup } from "@/components/ui/select";
import type { ModelSource } from "@/lib/provider-list";
import { m } from "@messages/agents";

/** What the form holds; a model is one text, since that is what a list of choices works with. */
export const agentValues = z.object({
  backend: z.string(),
  name: z.string(),
  emoji: z.string(),
  personality: z.string(),
  tools: agentTools,
  model: z.string(),
  fallbacks: z.array(z.string()),
  idleTimeoutMinutes: z.string(),
  /** One a line. */
  suggestions: z.string(),
});
export type AgentValues = z.infer<typeof agentValues>;

export const encodeModel = (choice: ModelChoice | null): string => (choice === null ? "" : `${choice.providerId}/${choice.model}`);

export const decodeModel = (text: string): ModelChoice | null => {
  const slash = text.indexOf("/");
  return slash < 0 ? null : { providerId: text.slice(0, slash), model: text.slice(slash + 1) };
};

/** The agent's own choice stays in the list even when its provider no longer offers it, so that opening the form changes nothing. */
export const modelGroups = (providers: readonly ModelSource[], kept: readonly string[] = []): SelectGroup[] => {
  const groups: SelectGroup[] = providers.map((provider) => ({
    label: provider.name,
    options: provider.models.map((model) => ({
      value: encodeModel({ providerId: provider.id, model: model.id }),
      label: model.name !== undefined && model.name !== model.id ? `${model.name} (${model.id})` : model.id,
    })),
  }));
  const known = new Set(groups.flatMap(({ options }) => options.map(({ value }) => value)));
  const lost = kept.filter((value) => value !== "" && !known.has(value));
  if (lost.length === 0) return groups;
  return [...groups, { label: m.noLongerOffered, options: lost.map((value) => ({ value, label: decodeModel(value)?.model ?? value })) }];
};

export const firstModel = (providers: readonly ModelSource[]): string => modelGroups(providers)[0]?.options[0]?.value ?? "";

/** In the wizard the provider may have been replaced after its model was chosen. */
export const withOfferedModel = (values: AgentValues, providers: readonly ModelSource[]): AgentValues => {
  const isOffered = modelGroups(providers).some(({ options }) => options.some(({ value }) => value === values.model));
  return isOffered ? values : { ...values, model: firstModel(providers) };
};

/** None of its own where there is a default: so it follows that one, with its fallbacks. Else the first that there is. */
export const startModel = (providers: readonly ModelSource[], defaults: readonly ModelDefault[], backend: string): string => {
  const hasDefault = defaults.some((row) => (row.backend === null || row.backend === backend) && row.effective !== null);
  return hasDefault ? "" : firstModel(providers);
};

export type BackendChoice = BackendChoices["backends"][number];

const builtIn: BackendChoice = {
  id: "openclaw",
  label: "OpenClaw",
  description: "",
  defaultTools: defaultAgentTools,
  defaultIdleTimeoutSeconds: 1800,
  tools: [...agentToolGroup.options],
};

/** What programs that speak OpenAI's API call it. */
export const modelIdOf = ({ backend, id }: Pick<Agent, "backend" | "id">): string => `${backend}/${id}`;

export const backendLabel = (backends: readonly BackendChoice[], id: string): string =>
  backends.find((backend) => backend.id === id)?.label ?? id;

/** What a backend gives a new agent. */
export const backendStart = (backend: BackendChoice): Pick<AgentValues, "backend" | "tools" | "idleTimeoutMinutes"> => ({
  backend: backend.id,
  tools: backend.defaultTools,
  idleTimeoutMinutes: String(backend.defaultIdleTimeoutSeconds / 60),
});

/** That a new agent begins with: the first that can run here. */
export const firstKind = (backends: readonly BackendChoice[]): BackendChoice | undefined =>
  backends.find(({ unavailable }) => unavailable === undefined) ?? backends[0];

/** Which tools can be switched. Of a kind that is no longer offered nothing is known: then it is all that there are. */
export const toolGroupsOf = (backends: readonly BackendChoice[], id: string): readonly AgentToolGroup[] =>
  backends.find((backend) => backend.id === id)?.tools ?? agentToolGroup.options;

/** What a kind gives a new agent, where nobody has set it otherwise while it was to be of another kind. */
export const withKind = (values: AgentValues, from: BackendChoice | undefined, to: BackendChoice): AgentValues => {
  const start = backendStart(to);
  if (from === undefined) return { ...values, ...start };
  const before = backendStart(from);
  const kept = agentToolGroup.options.filter((group) => values.tools[group] !== before.tools[group]);
  const isIdleTyped = values.idleTimeoutMinutes !== before.idleTimeoutMinutes;
  return {
    ...values,
    backend: to.id,
    tools: { ...start.tools, ...Object.fromEntries(kept.map((group) => [group, values.tools[group]])) },
    idleTimeoutMinutes: isIdleTyped ? values.idleTimeoutMinutes : start.idleTimeoutMinutes,
  };
};

/** In the wizard the kinds that are offered may be others by the time it is come back to. */
export const withOfferedKind = (values: AgentValues, backends: readonly BackendChoice[]): AgentValues => {
  const first = firstKind(backends);
  return first === undefined || backends.some(({ id }) => id === values.backend) ? values : withKind(values, undefined, first);
};

export const emptyAgent = (providers: readonly ModelSource[], backend: BackendChoice = builtIn): AgentValues => ({
  ...backendStart(backend),
  name: "",
  emoji: "",
  personality: "",
  model: firstModel(providers),
  fallbacks: [],
  suggestions: "",
});

export const agentToValues = (agent: Agent): AgentValues => ({
  backend: agent.backend,
  name: agent.name,
  emoji: agent.emoji,
  personality: agent.personality,
  tools: agent.tools,
  model: encodeModel(agent.model),
  fallbacks: agent.fallbacks.map(encodeModel),
  idleTimeoutMinutes: String(agent.idleTimeoutSeconds / 60),
  suggestions: agent.suggestions?.join("\n") ?? "",
});

/** Without any the agent has those that suit its tools. */
const suggestionsOf = (text: string): string[] | null => {
  const lines = text.split("\n").flatMap((line) => line.trim() || []);
  return lines.length === 0 ? null : lines;
};

const secondsOf = (minutes: string): number => (minutes.trim() === "" ? Number.NaN : Math.round(Number(minutes) * 60));

/** All that can be edited. */
export const toAgent = (values: AgentValues): Omit<CreateAgent, "backend"> => ({
  name: values.name.trim(),
  emoji: values.emoji.trim(),
  personality: values.personality,
  tools: values.tools,
  model: decodeModel(values.model),
  fallbacks: values.fallbacks.map(decodeModel).filter((choice) => choice !== null),
  idleTimeoutSeconds: secondsOf(values.idleTimeoutMinutes),
  suggestions: suggestionsOf(values.suggestions),
});

/** All that a new agent is made of. */
export const toNewAgent = (values: AgentValues): CreateAgent => {
  const { emoji, ...rest } = toAgent(values);
  return { backend: values.backend, ...rest, ...(emoji === "" ? {} : { emoji }) };
};

/** The fields that show their faults, by their names in the API. */
export const agentFields = {
  backend: "backend",
  name: "name",
  emoji: "emoji",
  personality: "personality",
  model: "model",
  suggestions: "suggestions",
  idleTimeoutSeconds: "idleTimeoutMinutes",
} as const satisfies Record<string, keyof AgentValues>;
const fieldOf: Partial<Record<string, keyof AgentValues>> = agentFields;

const words: Partial<Record<string, string>> = {
  name: m.giveTheAgentAName,
  personality: m.atMost20000Characters,
  emoji: m.oneEmojiOrAFew,
  idleTimeoutMinutes: m.aNumberOfMinutesFrom,
  suggestions: m.upToFourLinesEach,
};

export const agentFormSchema = agentValues.superRefine((values, context) => {
  for (const issue of createAgent.safeParse(toAgent(values)).error?.issues ?? []) {
    const path = String(issue.path[0] ?? "name");
    const field = fieldOf[path] ?? path;
    context.addIssue({ code: "custom", path: [field], message: words[field] ?? issue.message });
  }
});

export const toolTexts: Record<keyof AgentTools, { label: string; description: string }> = {
  files: { label: m.files, description: m.readAndWriteFilesIn },
  web: { label: m.web, description: m.searchTheWebAndRead },
  shell: { label: m.shell, description: m.runCommandsAndProgramsInside },
  browser: { label: m.browser, description: m.useABrowserToOperate },
  sessions: { label: m.sessions, description: m.lookThingsUpInIts },
};

/** Where nothing isolates an agent, these are denied whatever is set here. */
export const isolatedOnly: readonly (keyof AgentTools)[] = ["shell", "browser"];

export const personalityPresets: readonly { name: string; text: string }[] = [
  {
    name: m.helpfulGeneralist,
    text: m.youAreAHelpfulFriendly,
  },
  {
    name: m.conciseExpert,
    text: m.youAreASeasonedExpert,
  },
  {
    name: m.patientTeacher,
    text: m.youAreAPatientTeacher,
  },
  {
    name: m.criticalEditor,
    text: m.youAreACarefulEditor,
  },
];
