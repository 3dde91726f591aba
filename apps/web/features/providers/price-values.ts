import type { ProviderModel, TokenPrices } from "@mosaic/contracts/provider";
import { m } from "@messages/providers";

/** As somebody types them: dollars for a million tokens. */
export interface PriceTexts {
  readonly input: string;
  readonly cached: string;
  readonly output: string;
}

export interface PriceFault {
  readonly field: keyof PriceTexts;
  readonly message: string;
}

const mostDollars = 1_000;

/** `null`: none was set. */
export const dollarsOf = (prices: TokenPrices | undefined): PriceTexts => ({
  input: textOf(prices?.inputMicrosPerMillion),
  cached: textOf(prices?.cachedMicrosPerMillion),
  output: textOf(prices?.outputMicrosPerMillion),
});

const textOf = (micros: number | undefined): string => (micros === undefined || !Number.isFinite(micros) ? "" : String(micros / 1_000_000));

/** Prices that are half typed are none yet, and JSON has no word for what they are instead. */
export const withoutHalfPrices = (models: readonly ProviderModel[]): ProviderModel[] =>
  models.map((model) => {
    const { prices, ...rest } = model;
    return prices === undefined || Object.values(prices).every(Number.isFinite) ? model : rest;
  });

type Read = { readonly prices: TokenPrices | null; readonly fault: null } | { readonly prices: null; readonly fault: PriceFault };

/** Input and output belong together; nothing at all means that no price is known. */
export const pricesOf = (texts: PriceTexts): Read => {
  const [input, cached, output] = [microsOf(texts.input), microsOf(texts.cached), microsOf(texts.output)];
  for (const [field, micros] of Object.entries({ input, cached, output }) as [keyof PriceTexts, number | null | undefined][]) {
    if (micros === null) return { prices: null, fault: { field, message: m.aNumberFrom0To } };
  }
  if (input === undefined && output === undefined && cached === undefined) return { prices: null, fault: null };
  if (input === undefined || input === null) return { prices: null, fault: { field: "input", message: m.enterThisPriceToo } };
  if (output === undefined || output === null) return { prices: null, fault: { field: "output", message: m.enterThisPriceToo } };
  return {
    prices: {
      inputMicrosPerMillion: input,
      outputMicrosPerMillion: output,
      ...(cached === undefined || cached === null ? {} : { cachedMicrosPerMillion: cached }),
    },
    fault: null,
  };
};

/** A decimal comma is one, too. `undefined`: nothing; `null`: no price. */
const microsOf = (text: string): number | null | undefined => {
  const trimmed = text.trim().replace(",", ".");
  if (trimmed === "") return undefined;
  if (!/^\d{1,4}(?:\.\d{0,6})?$|^\.\d{1,6}$/.test(trimmed)) return null;
  const dollars = Number(trimmed);
  return dollars > mostDollars ? null : Math.round(dollars * 1_000_000);
};
