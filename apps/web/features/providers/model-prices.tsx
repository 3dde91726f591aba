"use client";

import type { ProviderModel, TokenPrices } from "@mosaic/contracts/provider";
import { useState } from "react";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { dollarsOf, pricesOf, type PriceTexts } from "@/features/providers/price-values";
import { m } from "@messages/providers";

export interface ModelPricesProps {
  readonly models: readonly ProviderModel[];
  readonly onChange: (models: ProviderModel[]) => void;
}

/** What the chosen models cost: for those who want to see it below their answers. */
export function ModelPrices({ models, onChange }: ModelPricesProps) {
  if (models.length === 0) return null;
  const price = (id: string, prices: TokenPrices | null): void =>
    onChange(
      models.map((model) => {
        if (model.id !== id) return model;
        const { prices: _before, ...rest } = model;
        return prices === null ? rest : { ...rest, prices };
      }),
    );
  return (
    <details className="group rounded-lg border bg-card px-4 py-3">
      <summary className="cursor-pointer text-sm font-medium">
        {m.prices} <span className="font-normal text-muted-foreground">{m.optional}</span>
      </summary>
      <div className="grid gap-5 pt-3">
        <p className="text-[0.8125rem] text-muted-foreground">{m.inUsDollarsForA}</p>
        {models.map((model) => (
          <PriceRow key={model.id} model={model} onChange={(prices) => price(model.id, prices)} />
        ))}
      </div>
    </details>
  );
}

const fields = [
  { name: "input", label: m.input },
  { name: "cached", label: m.cachedInput },
  { name: "output", label: m.output },
] as const;

/** Refused by the form. */
const noPrices: TokenPrices = { inputMicrosPerMillion: Number.NaN, outputMicrosPerMillion: Number.NaN };

function PriceRow({ model, onChange }: { readonly model: ProviderModel; readonly onChange: (prices: TokenPrices | null) => void }) {
  // What is typed stays as it is typed, whatever number it is so far.
  const [texts, setTexts] = useState<PriceTexts>(() => dollarsOf(model.prices));
  const { fault } = pricesOf(texts);
  const type = (name: keyof PriceTexts, text: string): void => {
    const next = { ...texts, [name]: text };
    setTexts(next);
    const read = pricesOf(next);
    // What is no price must not be saved as the one before it.
    onChange(read.fault === null ? read.prices : noPrices);
  };
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1 break-all text-sm">{model.name ?? model.id}</legend>
      <div className="grid grid-cols-3 gap-2">
        {fields.map(({ name, label }) => (
          <Field key={name} label={label} error={fault?.field === name ? fault.message : undefined}>
            {(control) => (
              <Input
                {...control}
                inputMode="decimal"
                autoComplete="off"
                value={texts[name]}
                onChange={(event) => type(name, event.target.value)}
              />
            )}
          </Field>
        ))}
      </div>
    </fieldset>
  );
}
