"use client";

import { X } from "lucide-react";
import { useState, type KeyboardEvent } from "react";
import { cn } from "@/components/ui/cn";
import type { FieldControl } from "@/components/ui/field";
import { fieldClasses } from "@/components/ui/input";
import { m } from "@messages/components";

export interface TagInputProps {
  readonly control: FieldControl;
  readonly value: readonly string[];
  readonly onChange: (tags: string[]) => void;
  readonly placeholder?: string;
}

const split = (text: string): string[] => text.split(/[\s,;]+/).filter((part) => part !== "");

/** Several short texts in one field: Enter, a comma, a space or leaving the field adds what was typed; Backspace takes the last one back. */
export function TagInput({ control, value, onChange, placeholder }: TagInputProps) {
  const [text, setText] = useState("");
  const [said, setSaid] = useState("");
  const add = (typed: string): void => {
    const added = split(typed).filter((tag, index, all) => !value.includes(tag) && all.indexOf(tag) === index);
    if (added.length > 0) {
      onChange([...value, ...added]);
      setSaid(m.added(added.join(", ")));
    }
    setText("");
  };
  const remove = (tag: string): void => {
    onChange(value.filter((other) => other !== tag));
    setSaid(m.removed(tag));
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    const last = value.at(-1);
    if ((event.key === "Enter" || event.key === ",") && text.trim() !== "") {
      event.preventDefault();
      add(text);
    } else if (event.key === "Backspace" && text === "" && last !== undefined) {
      event.preventDefault();
      remove(last);
      setText(last);
    }
  };
  return (
    <div
      className={cn(
        fieldClasses,
        "flex min-h-10 flex-wrap items-center gap-1.5 px-1.5 py-1.5 focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-ring",
        control["aria-invalid"] && "border-destructive",
      )}
    >
      {value.map((tag) => (
        <Tag key={tag} text={tag} onRemove={() => remove(tag)} />
      ))}
      <input
        {...control}
        value={text}
        placeholder={value.length === 0 ? placeholder : undefined}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        className="h-7 min-w-16 flex-1 bg-transparent px-1.5 outline-none placeholder:text-muted-foreground"
        onChange={(event) => (/[\s,;]/.test(event.target.value) ? add(event.target.value) : setText(event.target.value))}
        onKeyDown={onKeyDown}
        onBlur={() => add(text)}
      />
      <span role="status" className="sr-only">
        {said}
      </span>
    </div>
  );
}

function Tag({ text, onRemove }: { readonly text: string; readonly onRemove: () => void }) {
  return (
    <span className="inline-flex max-w-full items-center gap-1 rounded-sm bg-accent py-0.5 ps-2 pe-0.5 text-[0.8125rem]">
      <span className="truncate">{text}</span>
      <button
        type="button"
        aria-label={m.remove(text)}
        onClick={onRemove}
        className="grid size-6 place-items-center rounded-sm text-muted-foreground hover:bg-background hover:text-foreground"
      >
        <X aria-hidden className="size-3.5" />
      </button>
    </span>
  );
}
