import {
  apiKey,
  baseUrl,
  createProvider,
  onMachineHost,
  providerDefinitions,
  providerKind,
  providerModel,
  updateProvider,
  type CreateProvider,
  type Provider,
  type ProviderKind,
  type ProviderModel,
  type ProviderTestResult,
  type TestProvider,
  type UpdateProvider,
} from "@mosaic/contracts/provider";
import { z } from "zod";
import { m } from "@messages/providers";

/** What the form holds: every text is a string, so that a field never turns from empty to absent. */
export const providerValues = z.object({
  kind: providerKind,
  name: z.string(),
  baseUrl: z.string(),
  apiKey: z.string(),
  removesKey: z.boolean(),
  models: z.array(providerModel),
  transcriptionModel: z.string().optional(),
});
export type ProviderValues = z.infer<typeof providerValues>;

/** `machineHost`: what agents reach this machine by, for a server that runs on it. */
export const emptyValues = (kind: ProviderKind, machineHost: string | null = null): ProviderValues => ({
  kind,
  name: providerDefinitions[kind].suggestedName,
  baseUrl: addressAtFirst(kind, machineHost),
  apiKey: "",
  removesKey: false,
  models: [],
});

/** Where the form of a new provider starts. */
export const addressAtFirst = (kind: ProviderKind, machineHost: string | null): string => {
  const address = providerDefinitions[kind].baseUrl ?? "";
  return onMachineHost(address, machineHost) ?? address;
};

export const valuesOf = (provider: Provider): ProviderValues => ({
  kind: provider.kind,
  name: provider.name,
  baseUrl: provider.baseUrl ?? "",
  apiKey: "",
  removesKey: false,
  models: provider.models,
  transcriptionModel: provider.transcriptionModel ?? "",
});

/** A name that somebody wrote stays when another kind is chosen; one that the form wrote goes along. */
export const switchKind = (values: ProviderValues, kind: ProviderKind, machineHost: string | null = null): ProviderValues => {
  const isOwnName = values.name !== "" && values.name !== providerDefinitions[values.kind].suggestedName;
  return { ...emptyValues(kind, machineHost), ...(isOwnName ? { name: values.name } : {}) };
};

const addressOf = (values: ProviderValues): string | null =>
  !providerDefinitions[values.kind].needsAddress || values.baseUrl.trim() === "" ? null : values.baseUrl.trim();

export const hasNewAddress = (values: ProviderValues, stored: Provider | null): boolean =>
  stored !== null && addressOf(values) !== stored.baseUrl;

const transcriptionModelOf = ({ kind, transcriptionModel = "" }: ProviderValues): string | null =>
  providerDefinitions[kind].transcribes && transcriptionModel.trim() !== "" ? transcriptionModel.trim() : null;

export const toCreate = (values: ProviderValues): CreateProvider => ({
  kind: values.kind,
  name: values.name.trim(),
  baseUrl: addressOf(values),
  apiKey: values.apiKey.trim() === "" ? null : values.apiKey.trim(),
  models: values.models,
  ...(transcriptionModelOf(values) === null ? {} : { transcriptionModel: transcriptionModelOf(values) }),
});

export const toUpdate = (values: ProviderValues, stored: Provider): UpdateProvider => ({
  name: values.name.trim(),
  models: values.models,
  ...(transcriptionModelOf(values) === (stored.transcriptionModel ?? null) ? {} : { transcriptionModel: transcriptionModelOf(values) }),
  ...(hasNewAddress(values, stored) ? { baseUrl: addressOf(values) } : {}),
  ...(values.apiKey.trim() === "" ? {} : { apiKey: values.apiKey.trim() }),
  ...(values.removesKey && values.apiKey.trim() === "" ? { apiKey: null } : {}),
});

export const toTest = (values: ProviderValues, stored: Provider | null): TestProvider => {
  const apiKey = values.apiKey.trim();
  const model = values.models[0]?.id;
  return {
    kind: values.kind,
    ...(stored === null ? {} : { providerId: stored.id }),
    ...(stored === null || hasNewAddress(values, stored) ? { baseUrl: addressOf(values) } : {}),
    ...(apiKey === "" ? {} : { apiKey }),
    ...(model === undefined ? {} : { model }),
  };
};

const needsKeyAgain = (values: ProviderValues, stored: Provider | null): boolean =>
  stored !== null && stored.hasKey && hasNewAddress(values, stored) && values.apiKey.trim() === "" && !values.removesKey;

/** What must be right before the connection can be tested; the models come out of the test. */
export const connectionFaults = (values: ProviderValues, stored: Provider | null): { field: "baseUrl" | "apiKey"; message: string }[] => {
  const faults: { field: "baseUrl" | "apiKey"; message: string }[] = [];
  if (providerDefinitions[values.kind].needsAddress && values.baseUrl.trim() === "") {
    faults.push({ field: "baseUrl", message: m.enterTheAddressOfThe });
  }
  const address = addressOf(values);
  const addressFault = address === null ? undefined : baseUrl.safeParse(address).error?.issues[0];
  if (addressFault !== undefined) faults.push({ field: "baseUrl", message: addressFault.message });
  const key = values.apiKey.trim();
  const keyFault = key === "" ? undefined : apiKey.safeParse(key).error?.issues[0];
  if (keyFault !== undefined) faults.push({ field: "apiKey", message: keyFault.message });
  const hasKey = values.apiKey.trim() !== "" || (stored?.hasKey === true && !values.removesKey);
  if (providerDefinitions[values.kind].needsKey && !hasKey) faults.push({ field: "apiKey", message: m.enterTheApiKey });
  else if (needsKeyAgain(values, stored)) {
    faults.push({ field: "apiKey", message: m.enterTheKeyAgainThe });
  }
  return faults;
};

const formFields = ["name", "baseUrl", "apiKey", "models", "transcriptionModel"] as const;

const wording: Partial<Record<string, string>> = { name: m.giveTheProviderAName, models: m.chooseAtLeastOneModel };

/** The contract's own rules over what will be sent, with the form's words for what is simply missing. */
export const providerFormSchema = (stored: Provider | null) =>
  providerValues.superRefine((values, context) => {
    const connection = connectionFaults(values, stored);
    for (const { field, message } of connection) context.addIssue({ code: "custom", path: [field], message });
    const parsed = stored === null ? createProvider.safeParse(toCreate(values)) : updateProvider.safeParse(toUpdate(values, stored));
    for (const issue of parsed.error?.issues ?? []) {
      const field = formFields.find((name) => name === issue.path[0]) ?? "name";
      if (connection.some((fault) => fault.field === field)) continue;
      const isMissing = issue.code === "too_small";
      context.addIssue({ code: "custom", path: [field], message: (isMissing && wording[field]) || issue.message });
    }
  });

export type FoundModel = ProviderTestResult["models"][number];

/** A model as a test found it, to be saved. */
export const modelOf = ({ id, name, reasoning, images }: FoundModel): ProviderModel => ({
  id,
  ...(name ? { name } : {}),
  ...(reasoning === undefined ? {} : { reasoning }),
  ...(images === undefined ? {} : { images }),
});

/** What the test has seen of the chosen models, where nobody has said otherwise. */
export const withAbilities = (chosen: readonly ProviderModel[], found: readonly FoundModel[]): ProviderModel[] =>
  chosen.map((model) => {
    const { reasoning, images } = modelOf(found.find(({ id }) => id === model.id) ?? { id: model.id });
    return { ...(reasoning === undefined ? {} : { reasoning }), ...(images === undefined ? {} : { images }), ...model };
  });

export interface ModelOption {
  readonly id: string;
  readonly name: string | null;
  readonly isFound: boolean;
}

/** Chosen models first come from the list that was found, so that the order does not jump while choosing. */
export const modelOptions = (
  found: readonly { id: string; name?: string | undefined }[],
  chosen: readonly ProviderModel[],
): ModelOption[] => {
  const options: ModelOption[] = found.map(({ id, name }) => ({ id, name: name ?? null, isFound: true }));
  const extra = chosen.filter(({ id }) => !found.some((model) => model.id === id));
  return [...extra.map(({ id, name }) => ({ id, name: name ?? null, isFound: false })), ...options];
};

export const filterModels = (options: readonly ModelOption[], search: string): ModelOption[] => {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return options.filter(({ id, name }) => words.every((word) => `${id} ${name ?? ""}`.toLowerCase().includes(word)));
};
