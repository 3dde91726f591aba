"use client";

import { useEffect, useRef, type ReactNode } from "react";
import { cn } from "@/components/ui/cn";
import { optionId } from "@/features/chat/search/search-results";
import { m } from "@messages/search";

/** What can be done from the search. */
export interface SearchAction {
  readonly id: string;
  readonly title: string;
  readonly icon: ReactNode;
  /** The keys that do the same. */
  readonly keys?: string;
  /** Offered before anything is typed. */
  readonly isOffered: boolean;
  readonly run: () => void;
}

const most = 6;

/** Those whose title has a word that begins like each word that was typed; before that, those that are offered. */
export const actionsFor = (actions: readonly SearchAction[], text: string): SearchAction[] => {
  const typed = wordsOf(text);
  if (typed.length === 0) return actions.filter(({ isOffered }) => isOffered);
  return actions.filter(({ title }) => typed.every((word) => wordsOf(title).some((known) => known.startsWith(word)))).slice(0, most);
};

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

interface ActionResultsProps {
  readonly actions: readonly SearchAction[];
  readonly active: string | undefined;
  readonly onActive: (id: string) => void;
  readonly onRun: (action: SearchAction) => void;
}

export function ActionResults({ actions, active, onActive, onRun }: ActionResultsProps) {
  if (actions.length === 0) return null;
  return (
    <div role="group" aria-label={m.actions} className="grid gap-0.5">
      {actions.map((action) => (
        <ActionOption
          key={action.id}
          action={action}
          isActive={action.id === active}
          onActive={() => onActive(action.id)}
          onRun={() => onRun(action)}
        />
      ))}
    </div>
  );
}

interface ActionOptionProps {
  readonly action: SearchAction;
  readonly isActive: boolean;
  readonly onActive: () => void;
  readonly onRun: () => void;
}

/** The focus stays in the field, whose keys choose and run it. */
function ActionOption({ action: { id, title, icon, keys }, isActive, onActive, onRun }: ActionOptionProps) {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isActive) element.current?.scrollIntoView({ block: "nearest" });
  }, [isActive]);
  return (
    // oxlint-disable-next-line click-events-have-key-events -- the field has the keys
    <div
      ref={element}
      id={optionId(id)}
      role="option"
      tabIndex={-1}
      aria-selected={isActive}
      className={cn(
        "flex min-h-9 cursor-pointer scroll-my-2 items-center gap-2.5 rounded-lg px-3 py-1.5 text-sm outline-none [&_svg]:size-4 [&_svg]:shrink-0",
        isActive && "bg-accent text-accent-foreground",
      )}
      onMouseMove={() => (isActive ? undefined : onActive())}
      onMouseDown={(event) => event.preventDefault()}
      onClick={onRun}
    >
      {icon}
      <span className="min-w-0 flex-1 truncate">{title}</span>
      {keys === undefined ? null : (
        <kbd aria-hidden className="font-sans text-xs text-muted-foreground pointer-coarse:hidden">
          {keys}
        </kbd>
      )}
    </div>
  );
}
