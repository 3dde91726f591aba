import type { AnswerUsage, TokenUsage } from "@mosaic/contracts/message-parts";
import type { ProviderModel, TokenPrices } from "@mosaic/contracts/provider";

/** What a gateway told of a turn. `model`: `null` for several, absent if it does not say. */
interface ToldUsage {
  readonly usage: TokenUsage;
  readonly model?: string | null;
}

/** With what is known of the model. Where another one answered, a fallback as a rule, nothing is: neither its room nor its price. */
export function usageWith(chosen: ProviderModel | null, { usage, model: told }: ToldUsage): AnswerUsage {
  if (told === null || chosen === null || (told !== undefined && told !== chosen.id)) {
    return typeof told === "string" ? { ...usage, model: told } : usage;
  }
  const { id, contextWindow, prices } = chosen;
  return {
    ...usage,
    model: id,
    ...(contextWindow === undefined ? {} : { contextWindow }),
    ...(prices === undefined ? {} : { costMicros: costMicros(usage, prices) }),
  };
}

const million = 1_000_000n;

/** Rounded to the nearest. In whole numbers: tokens times prices are beyond what a float holds exactly. */
function costMicros({ inputTokens, outputTokens, cachedTokens }: TokenUsage, prices: TokenPrices): number {
  const { inputMicrosPerMillion, outputMicrosPerMillion, cachedMicrosPerMillion = inputMicrosPerMillion } = prices;
  const cached = Math.min(cachedTokens, inputTokens);
  const sum =
    BigInt(inputTokens - cached) * BigInt(inputMicrosPerMillion) +
    BigInt(cached) * BigInt(cachedMicrosPerMillion) +
    BigInt(outputTokens) * BigInt(outputMicrosPerMillion);
  return Number((sum + million / 2n) / million);
}
