import { modelId, type ProviderKind } from "@mosaic/contracts/provider";
import { isRecord } from "@mosaic/incoming/records";

export interface FoundModel {
  readonly id: string;
  readonly name?: string;
  /** What the list tells of it; absent: nothing. */
  readonly reasoning?: boolean;
  readonly images?: boolean;
}

/** How one kind of provider is asked for its models. */
export interface ListDialect {
  readonly url: (baseUrl: string) => string;
  readonly idKeys: readonly string[];
  readonly nameKey: string;
}

const maxModels = 500;
const nameShape = /^[^\p{Cc}\p{Cf}]{1,200}$/u;

const openAiLike: ListDialect = { url: (baseUrl) => `${withoutSlash(baseUrl)}/models`, idKeys: ["id", "name", "model"], nameKey: "name" };
const anthropic: ListDialect = {
  url: (baseUrl) => `${withoutVersion(baseUrl)}/v1/models?limit=1000`,
  idKeys: ["id"],
  nameKey: "display_name",
};
const ollama: ListDialect = {
  url: (baseUrl) => `${withoutVersion(baseUrl)}/api/tags`,
  idKeys: ["name", "model", "id"],
  nameKey: "display_name",
};

export const listDialects: Readonly<Record<ProviderKind, ListDialect>> = {
  zai: openAiLike,
  openai: openAiLike,
  "openai-compatible": openAiLike,
  demo: openAiLike,
  anthropic,
  ollama,
};

/**
 * The models of a list, in whatever frame a server puts it: `{data: […]}`, `{models: […]}`, or the array itself; of objects, or of names alone.
 * `null`: this JSON is no such list. Only ids and names of a limited shape leave this function.
 */
export function readModels(body: unknown, { idKeys, nameKey }: ListDialect): readonly FoundModel[] | null {
  const list = Array.isArray(body)
    ? body
    : isRecord(body)
      ? [body["data"], body["models"]].find((value) => Array.isArray(value))
      : undefined;
  if (!Array.isArray(list)) {
    return null;
  }
  const found = new Map<string, FoundModel>();
  for (const entry of list as unknown[]) {
    const id =
      typeof entry === "string"
        ? entry
        : isRecord(entry)
          ? idKeys.map((key) => entry[key]).find((value) => typeof value === "string")
          : null;
    const name = isRecord(entry) ? entry[nameKey] : undefined;
    if (found.size < maxModels && typeof id === "string" && isModelId(id) && !found.has(id)) {
      const isName = typeof name === "string" && name !== id && nameShape.test(name);
      found.set(id, { id, ...(isName ? { name } : {}), ...(isRecord(entry) ? abilitiesIn(entry) : {}) });
    }
  }
  return [...found.values()];
}

/**
 * Lists tell it in three ways: OpenRouter's modalities and parameters, Ollama's names of capabilities, and Mistral's capabilities that are true or
 * false. The first two are complete, so what they don't name is not there.
 */
function abilitiesIn(entry: Readonly<Record<string, unknown>>): Pick<FoundModel, "reasoning" | "images"> {
  const { architecture, capabilities } = entry;
  const inputs = namesIn(isRecord(architecture) ? architecture["input_modalities"] : entry["input_modalities"]);
  const parameters = namesIn(entry["supported_parameters"]);
  const named = namesIn(capabilities);
  const flags = isRecord(capabilities) ? capabilities : {};
  return {
    ...told("images", inputs?.includes("image") ?? named?.includes("vision") ?? flags["vision"]),
    ...told("reasoning", parameters?.includes("reasoning") ?? named?.includes("thinking") ?? flags["reasoning"]),
  };
}

function told(field: "reasoning" | "images", value: unknown): Pick<FoundModel, "reasoning" | "images"> {
  return typeof value === "boolean" ? { [field]: value } : {};
}

/** `null`: this is no list of names. */
function namesIn(value: unknown): readonly string[] | null {
  return Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === "string") ? value : null;
}

function isModelId(id: string): boolean {
  return id === id.trim() && modelId.safeParse(id).success;
}

function withoutSlash(baseUrl: string): string {
  return baseUrl.replace(/(?<!\/)\/+$/, "");
}

/** As the agent's software does: it adds `/v1` itself, or speaks below another path. */
function withoutVersion(baseUrl: string): string {
  return withoutSlash(baseUrl).replace(/\/v1$/i, "");
}
