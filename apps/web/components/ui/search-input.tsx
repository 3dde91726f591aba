"use client";

import { Search, X } from "lucide-react";
import { useEffect, useEffectEvent, useState } from "react";
import { cn } from "@/components/ui/cn";
import { Input } from "@/components/ui/input";
import { m } from "@messages/components";

export interface SearchInputProps {
  readonly label: string;
  readonly value: string;
  /** Called when typing pauses. */
  readonly onSearch: (text: string) => void;
  readonly placeholder?: string;
  readonly className?: string;
  readonly delayMs?: number;
}

export function SearchInput({ label, value, onSearch, placeholder, className, delayMs = 300 }: SearchInputProps) {
  const [text, setText] = useState(value);
  const [known, setKnown] = useState(value);
  // The address changed by another way than typing here: back, forward, or a reset of the filters.
  if (known !== value) {
    setKnown(value);
    if (text.trim() !== value) setText(value);
  }
  const search = useEffectEvent(() => {
    if (text.trim() !== value) onSearch(text.trim());
  });
  useEffect(() => {
    if (text.trim() === value) return;
    const timer = setTimeout(() => search(), delayMs);
    return () => clearTimeout(timer);
  }, [text, value, delayMs]);
  return (
    <div className={cn("relative", className)}>
      <Search aria-hidden className="pointer-events-none absolute inset-s-3 top-1/2 size-4 -translate-y-1/2 text-muted-foreground" />
      <Input
        type="search"
        aria-label={label}
        placeholder={placeholder}
        value={text}
        maxLength={100}
        autoComplete="off"
        spellCheck={false}
        className="ps-9 pe-10 [&::-webkit-search-cancel-button]:hidden"
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") search();
        }}
      />
      {text === "" ? null : (
        <button
          type="button"
          aria-label={m.clearSearch}
          onClick={() => {
            setText("");
            onSearch("");
          }}
          className="absolute inset-y-1 inset-e-1 grid w-8 place-items-center rounded-sm text-muted-foreground hover:bg-accent hover:text-foreground"
        >
          <X aria-hidden className="size-4" />
        </button>
      )}
    </div>
  );
}
