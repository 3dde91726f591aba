"use client";

import { Plus, X } from "lucide-react";
import { Button } from "@/components/ui/button";
import type { FieldControl } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { modelGroups } from "@/features/agents/agent-values";
import type { ModelSource } from "@/lib/provider-list";
import { m } from "@messages/agents";

export interface ModelPickerProps {
  readonly control: FieldControl;
  readonly providers: readonly ModelSource[];
  readonly value: string;
  readonly onChange: (value: string) => void;
}

export function ModelPicker({ control, providers, value, onChange }: ModelPickerProps) {
  return <Select {...control} value={value} onChange={onChange} groups={modelGroups(providers, [value])} placeholder={m.chooseAModel} />;
}

const slots = ["first", "second", "third"];

export interface FallbackPickerProps {
  readonly providers: readonly ModelSource[];
  /** The model that they stand in for, which is none of them. */
  readonly model: string;
  readonly value: readonly string[];
  readonly onChange: (value: string[]) => void;
}

export function FallbackPicker({ providers, model, value, onChange }: FallbackPickerProps) {
  const groups = modelGroups(providers, value);
  const unused = groups.flatMap(({ options }) => options).find((option) => option.value !== model && !value.includes(option.value));
  if (value.length === 0 && unused === undefined) return null;
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1.5 text-sm font-medium">
        {m.fallbackModels} <span className="font-normal text-muted-foreground">{m.optional}</span>
      </legend>
      <p className="text-[0.8125rem] text-muted-foreground">{m.triedInThisOrderWhen}</p>
      {value.map((choice, index) => (
        <div key={slots[index]} className="flex gap-2">
          <Select
            aria-label={m.fallbackModel(index + 1)}
            value={choice}
            onChange={(next) => onChange(value.map((old, at) => (at === index ? next : old)))}
            groups={groups}
          />
          <Button
            variant="ghost"
            size="icon"
            className="size-10"
            aria-label={m.removeFallbackModel(index + 1)}
            onClick={() => onChange(value.filter((_, at) => at !== index))}
          >
            <X aria-hidden />
          </Button>
        </div>
      ))}
      {unused && value.length < slots.length ? (
        <Button variant="secondary" size="sm" className="justify-self-start" onClick={() => onChange([...value, unused.value])}>
          <Plus aria-hidden />
          {m.addFallbackModel}
        </Button>
      ) : null}
    </fieldset>
  );
}
