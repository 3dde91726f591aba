"use client";

import { searchMaxCharacters } from "@mosaic/contracts/search";
import { LoaderCircle, Search as SearchIcon, X } from "lucide-react";
import { useRouter } from "next/navigation";
import { Dialog as Radix } from "radix-ui";
import { useState, type KeyboardEvent } from "react";
import { useLeave } from "@/components/page/unsaved-guard";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { useChatAgents } from "@/features/chat/chat-agents";
import { returnFocus, setSearchOpen } from "@/features/chat/search/search-open";
import { byConversation, usePaused, useSearch } from "@/features/chat/search/search-queries";
import { ActionResults, actionsFor, type SearchAction } from "@/features/chat/search/search-actions";
import { listId, optionId, addressesOf, SearchResults } from "@/features/chat/search/search-results";
import { SearchState } from "@/features/chat/search/search-state";
import { isComposing } from "@/lib/composing";
import { m } from "@messages/search";

/** Searches one's own conversations while one types, and does what the page offers. */
export function SearchDialog({ actions }: { readonly actions: readonly SearchAction[] }) {
  return (
    <Radix.Root open onOpenChange={setSearchOpen}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 animate-fade bg-black/45" />
        <Radix.Content
          aria-describedby={undefined}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            returnFocus();
          }}
          className="fixed inset-x-0 top-0 z-50 mx-auto flex h-dvh w-full animate-fade flex-col overflow-hidden bg-popover text-popover-foreground shadow-xl sm:top-[10vh] sm:h-auto sm:max-h-[75vh] sm:w-[calc(100vw-2rem)] sm:max-w-2xl sm:rounded-xl sm:border"
        >
          <Radix.Title className="sr-only">{m.searchConversations}</Radix.Title>
          <SearchPanel actions={actions} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function SearchPanel({ actions }: { readonly actions: readonly SearchAction[] }) {
  const router = useRouter();
  const leave = useLeave();
  const [text, setText] = useState("");
  const q = usePaused(text.trim());
  const search = useSearch(q);
  const agents = useChatAgents().data ?? [];
  const groups = q === "" ? [] : byConversation(search.data?.pages.flatMap(({ hits }) => hits) ?? []);
  const addresses = addressesOf(groups);
  const offered = actionsFor(actions, text);
  const { chosen, setActive, move } = useChoice([...offered.map(({ id }) => id), ...addresses], search);
  const run = (action: SearchAction): void => {
    setSearchOpen(false);
    action.run();
  };
  const open = (): void => {
    const action = offered.find(({ id }) => id === chosen);
    if (action !== undefined) run(action);
    // What shows may belong to the letters before.
    if (action !== undefined || chosen === undefined || text.trim() !== q || search.isPlaceholderData) return;
    setSearchOpen(false);
    leave(() => router.push(chosen));
  };
  const isPending = text.trim() !== q || search.isFetching;
  return (
    <>
      <SearchField
        text={text}
        onText={(typed) => {
          setText(typed);
          setActive(null);
        }}
        activeId={chosen === undefined ? undefined : optionId(chosen)}
        keys={{ ArrowDown: () => move(1), ArrowUp: () => move(-1), Enter: open }}
        isBusy={isPending && q !== ""}
      />
      <div className="min-h-0 flex-1 overflow-y-auto p-2">
        <SearchResults
          groups={groups}
          agents={agents}
          choice={{ active: chosen, onActive: setActive, onOpened: () => setSearchOpen(false) }}
        >
          <ActionResults actions={offered} active={chosen} onActive={setActive} onRun={run} />
        </SearchResults>
        <SearchState search={search} q={q} isPending={isPending} count={addresses.length} />
      </div>
    </>
  );
}

/** Which of them the keys have come to; past the last one, more are searched for. */
const useChoice = (choices: readonly string[], search: ReturnType<typeof useSearch>) => {
  const [active, setActive] = useState<string | null>(null);
  const place = Math.max(0, choices.indexOf(active ?? ""));
  const move = (by: number): void => {
    if (place + by >= choices.length && search.hasNextPage) {
      if (!search.isFetching) void search.fetchNextPage();
      return;
    }
    setActive(choices.at((place + by) % choices.length) ?? null);
  };
  return { chosen: choices[place], setActive, move };
};

interface SearchFieldProps {
  readonly text: string;
  readonly onText: (text: string) => void;
  /** Of what Enter opens. */
  readonly activeId: string | undefined;
  readonly keys: Readonly<Record<string, () => void>>;
  readonly isBusy: boolean;
}

function SearchField({ text, onText, activeId, keys, isBusy }: SearchFieldProps) {
  const Icon = isBusy ? LoaderCircle : SearchIcon;
  const onKeyDown = (event: KeyboardEvent): void => {
    const act = isComposing(event.nativeEvent) ? undefined : keys[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  };
  return (
    <div className="flex shrink-0 items-center gap-2 border-b px-3">
      <Icon aria-hidden className={cn("size-5 shrink-0 text-muted-foreground", isBusy && "animate-spin")} />
      <input
        type="text"
        role="combobox"
        aria-label={m.searchConversations}
        aria-expanded={activeId !== undefined}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={activeId}
        placeholder={m.searchMessagesOrTypeWhat}
        value={text}
        maxLength={searchMaxCharacters}
        autoComplete="off"
        spellCheck={false}
        enterKeyHint="go"
        className="h-13 min-w-0 flex-1 bg-transparent text-base outline-none placeholder:text-muted-foreground"
        onChange={(event) => onText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <Radix.Close asChild>
        <Button variant="ghost" size="icon-sm" aria-label={m.closeSearch}>
          <X aria-hidden />
        </Button>
      </Radix.Close>
    </div>
  );
}
