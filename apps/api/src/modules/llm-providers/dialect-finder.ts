import { shapeOf, speaksOpenAi } from "@mosaic/agent-backends/openclaw-dialects";
import type { LimitField, ModelDialect, OmittableField } from "@mosaic/contracts/provider-dialect";
import type { ProviderKind } from "@mosaic/contracts/provider";

export interface Refusal {
  readonly status: number;
  /** The provider's words. */
  readonly words: string;
}

/** How a server may say that it does not take a field. */
const namesOf: Readonly<Record<OmittableField, RegExp>> = {
  stream_options: /stream_options|include_usage/i,
  store: /\bstore\b/i,
  tools: /\btools?\b|tool[_-]?(?:choice|call)|function[ _-]?call|--jinja/i,
};

/** About the request itself; the others are about keys, credit, addresses and load. */
const aboutTheRequest: ReadonlySet<number> = new Set([400, 405, 406, 415, 422, 500, 501]);

/** A server that says 500 has a fault of its own, unless it names the field. */
const mayBeGuessed: ReadonlySet<number> = new Set([400, 422]);

/**
 * What to leave out or to name differently after a refusal; `null` when nothing is left to try. What the provider names is changed first. Words
 * that name nothing leave guessing: the other name of the limit, then without what is least needed. Each step changes one thing, so a handful of
 * calls decides.
 */
export function nextDialect(
  kind: ProviderKind,
  found: ModelDialect,
  refusal: Refusal,
  tried: readonly ModelDialect[],
): ModelDialect | null {
  if (!aboutTheRequest.has(refusal.status)) {
    return null;
  }
  const named = namedChange(kind, found, refusal.words);
  if (named !== null) {
    return isNew(named, tried) ? named : null;
  }
  return mayBeGuessed.has(refusal.status) ? (guesses(kind).find((guess) => isNew(guess, tried)) ?? null) : null;
}

function namedChange(kind: ProviderKind, found: ModelDialect, words: string): ModelDialect | null {
  const shape = shapeOf(kind, found);
  const isOpenAi = speaksOpenAi(kind);
  if (isOpenAi && new RegExp(`\\b${shape.limitField}\\b`, "i").test(words)) {
    return { ...found, limitField: otherField(shape.limitField) };
  }
  const sent: Readonly<Record<OmittableField, boolean>> = {
    stream_options: isOpenAi && shape.hasUsage,
    store: isOpenAi && shape.hasStore,
    tools: shape.hasTools,
  };
  const named = (Object.keys(namesOf) as OmittableField[]).find((field) => sent[field] && namesOf[field].test(words));
  return named === undefined ? null : without(found, [named]);
}

function guesses(kind: ProviderKind): readonly ModelDialect[] {
  if (!speaksOpenAi(kind)) {
    return [];
  }
  const other = { limitField: otherField(shapeOf(kind, {}).limitField) };
  return [other, { omits: ["stream_options", "store"] }, { ...other, omits: ["stream_options", "store"] }];
}

function without(found: ModelDialect, fields: readonly OmittableField[]): ModelDialect {
  return { ...found, omits: [...new Set([...(found.omits ?? []), ...fields])] };
}

function otherField(field: LimitField): LimitField {
  return field === "max_tokens" ? "max_completion_tokens" : "max_tokens";
}

function isNew(candidate: ModelDialect, tried: readonly ModelDialect[]): boolean {
  return tried.every((other) => !isSameDialect(other, candidate));
}

export function isSameDialect(left: ModelDialect, right: ModelDialect): boolean {
  const key = ({ limitField, omits }: ModelDialect): string => JSON.stringify([limitField ?? null, (omits ?? []).toSorted()]);
  return key(left) === key(right);
}
