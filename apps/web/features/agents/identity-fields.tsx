"use client";

import { freeEmojiFor, type Looking } from "@mosaic/contracts/agent-look";
import type { UseFormReturn } from "react-hook-form";
import { Eye, EyeOff } from "lucide-react";
import { useId, useState } from "react";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Field } from "@/components/ui/field";
import { Input, Textarea } from "@/components/ui/input";
import { AgentFace } from "@/features/agents/agent-status";
import { Markdown } from "@/components/markdown/markdown";
import { personalityPresets, type AgentValues } from "@/features/agents/agent-values";
import { m } from "@messages/agents";

const emojis = ["🤖", "🦞", "🦊", "🦉", "🐙", "🌱", "🛠️", "📚", "🔭", "✨"];

interface IdentityFieldsProps {
  readonly form: UseFormReturn<AgentValues>;
  /** From which a new agent is to look different. */
  readonly others: readonly Looking[];
}

export function IdentityFields({ form, others }: IdentityFieldsProps) {
  const { errors } = form.formState;
  return (
    <div className="grid gap-5">
      <Field label={m.name} error={errors.name?.message}>
        {(control) => <Input {...control} autoComplete="off" placeholder={m.forExampleAda} {...form.register("name")} />}
      </Field>
      <EmojiField form={form} others={others} />
      <PersonalityField form={form} />
    </div>
  );
}

function EmojiField({ form, others }: IdentityFieldsProps) {
  const [emoji, name] = form.watch(["emoji", "name"]);
  return (
    <Field label={m.emoji} isOptional error={form.formState.errors.emoji?.message}>
      {(control) => (
        <div className="flex flex-wrap items-center gap-2">
          <Input
            {...control}
            autoComplete="off"
            placeholder={name.trim() === "" ? "" : freeEmojiFor(name, others)}
            className="w-16 text-center text-lg sm:text-lg"
            {...form.register("emoji")}
          />
          <div role="group" aria-label={m.suggestedEmoji} className="flex flex-wrap gap-1">
            {emojis.map((suggestion) => (
              <button
                key={suggestion}
                type="button"
                aria-label={m.use(suggestion)}
                aria-pressed={emoji === suggestion}
                onClick={() => form.setValue("emoji", suggestion, { shouldDirty: true, shouldValidate: true })}
                className={cn(
                  "grid size-8 place-items-center sm:size-9 rounded-md border border-transparent text-lg hover:bg-accent",
                  emoji === suggestion && "border-primary bg-accent",
                )}
              >
                {suggestion}
              </button>
            ))}
          </div>
        </div>
      )}
    </Field>
  );
}

function PersonalityField({ form }: { readonly form: UseFormReturn<AgentValues> }) {
  const [replacing, setReplacing] = useState<string | null>(null);
  const set = (text: string): void => form.setValue("personality", text, { shouldDirty: true, shouldValidate: true });
  const choose = (text: string): void => {
    const current = form.getValues("personality").trim();
    const isOwn = current !== "" && !personalityPresets.some((preset) => preset.text === current);
    if (isOwn) setReplacing(text);
    else set(text);
  };
  return (
    <div className="grid gap-2.5">
      <Field label={m.personality} isOptional hint={m.howItShouldSpeakAnd} error={form.formState.errors.personality?.message}>
        {(control) => <Textarea {...control} rows={5} placeholder={m.youAre} {...form.register("personality")} />}
      </Field>
      <div role="group" aria-label={m.personalityPresets} className="flex flex-wrap gap-2">
        {personalityPresets.map((preset) => (
          <Button key={preset.name} variant="secondary" size="sm" className="rounded-full" onClick={() => choose(preset.text)}>
            {preset.name}
          </Button>
        ))}
      </div>
      <PersonalityPreview form={form} />
      <ConfirmDialog
        isOpen={replacing !== null}
        onClose={() => setReplacing(null)}
        title={m.replaceWhatYouWrote}
        confirmLabel={m.replace}
        onConfirm={() => {
          set(replacing ?? "");
          setReplacing(null);
        }}
      >
        <p>{m.thePersonalityThatYouWrote}</p>
      </ConfirmDialog>
    </div>
  );
}

/** As the agent is told it: Markdown, with the name and the face that it answers under. */
function PersonalityPreview({ form }: { readonly form: UseFormReturn<AgentValues> }) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const [name, emoji, personality] = form.watch(["name", "emoji", "personality"]);
  return (
    <div className="grid gap-2.5">
      <Button
        variant="ghost"
        size="sm"
        className="justify-self-start"
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setOpen(!isOpen)}
      >
        {isOpen ? <EyeOff aria-hidden /> : <Eye aria-hidden />}
        {isOpen ? m.hidePreview : m.showPreview}
      </Button>
      <section id={id} hidden={!isOpen} aria-label={m.preview} className="rounded-xl border bg-card p-4">
        <div className="flex gap-3">
          <AgentFace emoji={emoji} name={name} />
          <div className="grid min-w-0 gap-1.5">
            <p className="font-medium">{name.trim() === "" ? m.yourAgent : name}</p>
            {personality.trim() === "" ? (
              <p className="text-sm text-muted-foreground">{m.withoutAPersonalityOfIts}</p>
            ) : (
              <Markdown text={personality} isStreaming={false} />
            )}
          </div>
        </div>
      </section>
    </div>
  );
}
