"use client";

import type { ProviderModel } from "@mosaic/contracts/provider";
import { modelId } from "@mosaic/contracts/provider";
import { Plus, Search } from "lucide-react";
import { useId, useState } from "react";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Field, FieldError } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { filterModels, modelOf, modelOptions, type FoundModel, type ModelOption } from "@/features/providers/provider-values";
import { m } from "@messages/providers";

const searchableFrom = 8;

export interface ModelChooserProps {
  readonly found: readonly FoundModel[];
  readonly chosen: readonly ProviderModel[];
  readonly onChange: (models: ProviderModel[]) => void;
  readonly error: string | undefined;
}

export function ModelChooser({ found, chosen, onChange, error }: ModelChooserProps) {
  const id = useId();
  const options = modelOptions(found, chosen);
  const toggle = (option: ModelOption): void => {
    const isChosen = chosen.some((model) => model.id === option.id);
    const model = found.find(({ id: other }) => other === option.id) ?? { id: option.id, name: option.name ?? undefined };
    onChange(isChosen ? chosen.filter(({ id: other }) => other !== option.id) : [...chosen, modelOf(model)]);
  };
  return (
    <fieldset className="grid gap-3" {...(error ? { "aria-describedby": `${id}-error` } : {})}>
      <legend className="mb-1.5 flex w-full items-baseline justify-between text-sm font-medium">
        {m.models}
        <span className="text-[0.8125rem] font-normal text-muted-foreground" role="status">
          {chosen.length === 0 ? m.noneChosen : m.chosen(chosen.length)}
        </span>
      </legend>
      {options.length === 0 ? (
        <p className="rounded-lg border border-dashed px-4 py-5 text-center text-sm text-muted-foreground">{m.testTheConnectionToSee}</p>
      ) : (
        <ModelList options={options} chosen={chosen} onToggle={toggle} />
      )}
      <AddModel
        onAdd={(model) => {
          if (!chosen.some(({ id: existing }) => existing === model)) onChange([...chosen, { id: model }]);
        }}
      />
      <FieldError id={`${id}-error`} message={error} />
    </fieldset>
  );
}

interface ModelListProps {
  readonly options: readonly ModelOption[];
  readonly chosen: readonly ProviderModel[];
  readonly onToggle: (option: ModelOption) => void;
}

function ModelList({ options, chosen, onToggle }: ModelListProps) {
  const id = useId();
  const [search, setSearch] = useState("");
  const shown = filterModels(options, search);
  return (
    <div className="overflow-hidden rounded-lg border bg-card">
      {options.length > searchableFrom ? (
        <div className="relative border-b">
          <Search aria-hidden className="absolute inset-s-3 top-1/2 size-4 -translate-y-1/2 text-muted-foreground" />
          <Input
            aria-label={m.searchModels}
            type="search"
            placeholder={m.searchSoManyModels(options.length)}
            value={search}
            onChange={(event) => setSearch(event.target.value)}
            onKeyDown={(event) => (event.key === "Enter" ? event.preventDefault() : undefined)}
            className="rounded-none border-0 bg-transparent ps-9 shadow-none focus-visible:outline-offset-[-2px]"
          />
        </div>
      ) : null}
      <ul className="max-h-64 overflow-y-auto p-1" aria-label={m.modelsFound}>
        {shown.map((option) => (
          <li key={option.id}>
            <label
              htmlFor={`${id}-${option.id}`}
              className="flex min-h-9 cursor-pointer items-center gap-3 rounded-md px-2.5 py-1.5 text-sm hover:bg-accent/60"
            >
              <Checkbox
                id={`${id}-${option.id}`}
                checked={chosen.some((model) => model.id === option.id)}
                onCheckedChange={() => onToggle(option)}
              />
              <span className="min-w-0 flex-1 break-all">
                {option.id}
                {option.name !== null && option.name !== option.id ? <span className="text-muted-foreground"> · {option.name}</span> : null}
              </span>
            </label>
          </li>
        ))}
        {shown.length === 0 ? <li className="px-3 py-4 text-center text-sm text-muted-foreground">{m.noModelIsCalledThat}</li> : null}
      </ul>
    </div>
  );
}

function AddModel({ onAdd }: { readonly onAdd: (id: string) => void }) {
  const [text, setText] = useState("");
  const [error, setError] = useState<string>();
  const add = (): void => {
    const parsed = modelId.safeParse(text);
    if (!parsed.success) {
      setError(text.trim() === "" ? m.enterTheNameOfA : parsed.error.issues[0]?.message);
      return;
    }
    onAdd(parsed.data);
    setText("");
    setError(undefined);
  };
  return (
    <Field label={m.addAModelByIts} isOptional error={error}>
      {(control) => (
        <div className="flex gap-2">
          <Input
            {...control}
            value={text}
            placeholder={m.forExampleGlm46}
            autoCapitalize="none"
            spellCheck={false}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== "Enter") return;
              event.preventDefault();
              add();
            }}
          />
          <Button variant="secondary" onClick={add}>
            <Plus aria-hidden />
            {m.addModel}
          </Button>
        </div>
      )}
    </Field>
  );
}
