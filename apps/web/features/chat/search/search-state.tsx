"use client";

import { Button } from "@/components/ui/button";
import { useModifierKey } from "@/features/chat/search/search-button";
import type { useSearch } from "@/features/chat/search/search-queries";
import { describeError } from "@/lib/api";
import { m } from "@messages/search";

interface SearchStateProps {
  readonly search: ReturnType<typeof useSearch>;
  readonly q: string;
  readonly isPending: boolean;
  /** Of what can be chosen. */
  readonly count: number;
}

/** What is to be said below the results, or in their place. */
export function SearchState({ search, q, isPending, count }: SearchStateProps) {
  const isIndexing = search.data?.pages.some((page) => page.isIndexing) === true;
  return (
    <>
      <p role="status" className="sr-only">
        {announcementOf({ q, isPending, count, hasMore: search.hasNextPage, hasFailed: search.isError })}
      </p>
      {q === "" ? <FirstStep /> : null}
      {search.isError && q !== "" ? <Problem search={search} /> : null}
      {q !== "" && count === 0 && !isPending && !search.isError ? (
        <Hint title={search.hasNextPage ? m.nothingFoundSoFar : m.nothingFoundFor(q)}>{m.allWordsHaveToBe}</Hint>
      ) : null}
      {q !== "" && search.hasNextPage && !search.isError ? (
        <Button
          variant="ghost"
          size="sm"
          className="mx-auto mt-2 flex"
          isBusy={search.isFetchingNextPage}
          // The keys of the field go on through what comes.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => void search.fetchNextPage()}
        >
          {count === 0 ? m.searchFurtherBack : m.showOlderResults}
        </Button>
      ) : null}
      {q !== "" && isIndexing ? (
        <p className="px-3 py-2 text-center text-xs text-muted-foreground">{m.olderMessagesAreStillBeing}</p>
      ) : null}
    </>
  );
}

interface Announced {
  readonly q: string;
  readonly isPending: boolean;
  readonly count: number;
  readonly hasMore: boolean;
  readonly hasFailed: boolean;
}

const announcementOf = ({ q, isPending, count, hasMore, hasFailed }: Announced): string => {
  if (q === "" || hasFailed) return "";
  if (isPending) return m.searching;
  if (count === 0) return m.nothingFound;
  return hasMore ? m.theNewest(count) : m.count(count);
};

function FirstStep() {
  const modifier = useModifierKey();
  return (
    <Hint title={m.findAnythingThatWasSaid}>
      {m.typeSomeWordsOrThe} <span className="pointer-coarse:hidden">{m.arrowKeysChooseEnterOpens(modifier)}</span>
    </Hint>
  );
}

function Problem({ search }: Pick<SearchStateProps, "search">) {
  const { title, detail } = describeError(search.error);
  return (
    <div role="alert" className="grid justify-items-center gap-3 px-6 py-8 text-center text-sm">
      <p className="font-medium">{title}</p>
      {detail === null ? null : <p className="text-muted-foreground">{detail}</p>}
      <Button variant="secondary" size="sm" onClick={() => void search.refetch()}>
        {m.tryAgain}
      </Button>
    </div>
  );
}

function Hint({ title, children }: { readonly title: string; readonly children: React.ReactNode }) {
  return (
    <div className="grid gap-1.5 px-6 py-10 text-center text-sm">
      <p className="font-medium wrap-anywhere">{title}</p>
      <p className="text-balance text-muted-foreground">{children}</p>
    </div>
  );
}
