"use client";

import type { ProviderModel } from "@mosaic/contracts/provider";
import { Select } from "@/components/ui/select";
import { m } from "@messages/providers";

const abilities = [
  { field: "reasoning", label: m.thinksFirst },
  { field: "images", label: m.takesImages },
] as const;

const answers = [
  { value: "unknown", label: m.notKnown },
  { value: "yes", label: m.yes },
  { value: "no", label: m.no },
];

type Ability = (typeof abilities)[number]["field"];

const answerOf = (model: ProviderModel, field: Ability): string => {
  const known = model[field];
  return known === undefined ? "unknown" : known ? "yes" : "no";
};

const answered = (model: ProviderModel, field: Ability, answer: string): ProviderModel => {
  const { [field]: _before, ...others } = model;
  return answer === "unknown" ? others : { ...others, [field]: answer === "yes" };
};

interface ModelAbilitiesProps {
  readonly chosen: readonly ProviderModel[];
  readonly onChange: (models: ProviderModel[]) => void;
}

/** What a model can do, as the connection test has seen it or as its owner knows it. */
export function ModelAbilities({ chosen, onChange }: ModelAbilitiesProps) {
  if (chosen.length === 0) return null;
  return (
    <details className="rounded-lg border bg-card px-4 py-3 text-sm">
      <summary className="cursor-pointer font-medium">{m.whatTheChosenModelsCan}</summary>
      <p className="pt-2 text-[0.8125rem] text-muted-foreground">{m.agentsAskAModelFor}</p>
      <ul className="grid max-h-80 gap-3 overflow-y-auto pt-3">
        {chosen.map((model) => (
          <li key={model.id} className="grid items-end gap-2 sm:grid-cols-[1fr_9rem_9rem]">
            <span className="min-w-0 break-all sm:pb-2.5">{model.id}</span>
            {abilities.map(({ field, label }) => (
              <div key={field} className="grid gap-1">
                <span aria-hidden className="text-[0.8125rem] text-muted-foreground">
                  {label}
                </span>
                <Select
                  aria-label={`${model.id}: ${label.toLowerCase()}`}
                  value={answerOf(model, field)}
                  groups={[{ label: "", options: answers }]}
                  onChange={(answer) => onChange(chosen.map((other) => (other.id === model.id ? answered(other, field, answer) : other)))}
                />
              </div>
            ))}
          </li>
        ))}
      </ul>
    </details>
  );
}
