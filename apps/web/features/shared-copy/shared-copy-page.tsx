"use client";

import { shareToken, type SharedMessage, type SharedPage } from "@mosaic/contracts/shares";
import { useSearchParams } from "next/navigation";
import { Suspense, useCallback, useState, useSyncExternalStore, type ReactNode } from "react";
import { LogoMark } from "@/components/page/logo";
import { ThemeSelect } from "@/components/page/theme-select";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import { Notice } from "@/components/ui/notice";
import { AgentFace } from "@/features/agents/agent-status";
import { FileAddressProvider } from "@/features/chat/files/file-address";
import { AnswerParts } from "@/features/chat/answer-parts";
import { ContinueCopy } from "@/features/shared-copy/continue-copy";
import { sharedFileAddress } from "@/features/shared-copy/shared-file-address";
import { useSharedCopy, type CopyName } from "@/features/sharing/share-queries";
import { describeError, isProblem } from "@/lib/api";
import { formatTime } from "@/lib/time";
import { m } from "@messages/shared-copy";

export function SharedCopyPage() {
  return (
    <div className="flex min-h-dvh flex-col">
      <header className="flex items-center gap-3 border-b px-4 py-2">
        <LogoMark className="size-7" />
        <p className="min-w-0 flex-1 truncate text-sm font-medium">Mosaic</p>
        <ThemeSelect />
      </header>
      <main
        id="main"
        tabIndex={-1}
        className="mx-auto grid w-full max-w-3xl flex-1 content-start gap-6 px-4 pb-20 pt-6 outline-none sm:px-6"
      >
        <Suspense>
          <Copy />
        </Suspense>
      </main>
    </div>
  );
}

const onHash = (changed: () => void): (() => void) => {
  window.addEventListener("hashchange", changed);
  return () => window.removeEventListener("hashchange", changed);
};

/** The token of a link stands behind the #, which no browser sends anywhere. `null` until the page runs. */
const useToken = (): string | null =>
  useSyncExternalStore(
    onHash,
    () => window.location.hash.slice(1),
    () => null,
  );

const useCopyName = (): CopyName | null | "none" => {
  const token = useToken();
  const id = useSearchParams().get("id");
  if (token === null) return null;
  if (id !== null) return { kind: "member", id };
  return shareToken.safeParse(token).success ? { kind: "link", token } : "none";
};

function Copy() {
  const name = useCopyName();
  const copy = useSharedCopy(name === "none" ? null : name);
  if (name === "none") return <Missing title={m.notFound} detail={m.thisAddressNamesNoShared} />;
  if (name !== null && copy.data !== undefined) {
    return (
      <Read
        name={name}
        pages={copy.data.pages}
        onMore={copy.hasNextPage ? () => void copy.fetchNextPage() : null}
        isBusy={copy.isFetchingNextPage}
      />
    );
  }
  if (copy.error) {
    const { title, detail } = describeError(copy.error);
    return isProblem(copy.error, "unauthenticated") && name?.kind === "member" ? (
      <Missing title={m.signInFirst} detail={m.thisConversationIsForMembers}>
        <Link href={`/login?next=${encodeURIComponent(`/shared?id=${name.id}`)}`} className="underline underline-offset-4">
          {m.signIn}
        </Link>
      </Missing>
    ) : (
      <Missing title={title} detail={detail} />
    );
  }
  return (
    <div aria-busy="true">
      <h1 className="sr-only">{m.sharedConversation}</h1>
      <p role="status" className="text-sm text-muted-foreground">
        {m.loading}
      </p>
    </div>
  );
}

interface MissingProps {
  readonly title: string;
  readonly detail: string | null;
  readonly children?: ReactNode;
}

function Missing({ title, detail, children }: MissingProps) {
  return (
    <>
      <h1 className="text-xl font-semibold">{m.sharedConversation}</h1>
      <Notice tone="warning" title={title} role="alert">
        {detail} {children}
      </Notice>
    </>
  );
}

interface ReadProps {
  readonly name: CopyName;
  readonly pages: readonly SharedPage[];
  readonly onMore: (() => void) | null;
  readonly isBusy: boolean;
}

function Read({ name, pages, onMore, isBusy }: ReadProps) {
  const [first] = pages;
  if (first === undefined) return null;
  const { title, ownerName, agentName, createdAt } = first;
  const keyed = pages.map((page, place) => ({ page, place, key: String(place) }));
  return (
    <>
      <div className="grid gap-1">
        <h1 dir="auto" className="break-words text-xl font-semibold tracking-tight">
          {title}
        </h1>
        <p className="text-sm text-muted-foreground">{m.sharedThisConversationWithOn(ownerName, agentName, formatTime(createdAt))}</p>
      </div>
      <ContinueCopy name={name} />
      <div className="grid gap-6">
        {keyed.map(({ page, place, key }) => (
          <OnePage key={key} name={name} page={page} place={place} />
        ))}
      </div>
      {onMore === null ? null : (
        <Button variant="secondary" className="justify-self-center" isBusy={isBusy} onClick={onMore}>
          {m.showMore}
        </Button>
      )}
    </>
  );
}

interface OnePageProps {
  readonly name: CopyName;
  readonly page: SharedPage;
  readonly place: number;
}

/** Files are had by what this page of the copy names. */
function OnePage({ name, page, place }: OnePageProps) {
  const { messages, ownerName, agentName, agentEmoji, files } = page;
  const keyed = messages.map((message, index) => ({ message, key: String(index) }));
  const addressOf = useCallback((id: string) => sharedFileAddress({ name, place, files }, id), [name, place, files]);
  return (
    <FileAddressProvider value={addressOf}>
      {keyed.map(({ message, key }) => (
        <OneMessage key={key} message={message} ownerName={ownerName} agentName={agentName} agentEmoji={agentEmoji} />
      ))}
    </FileAddressProvider>
  );
}

interface OneMessageProps {
  readonly message: SharedMessage;
  readonly ownerName: string;
  readonly agentName: string;
  readonly agentEmoji: string;
}

function OneMessage({ message: { role, parts }, ownerName, agentName, agentEmoji }: OneMessageProps) {
  const [said] = useState(() => parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n\n"));
  if (role === "user") {
    return (
      <article aria-label={ownerName} className="flex flex-col items-end gap-1">
        <div className="max-w-[min(85%,40rem)] rounded-2xl rounded-ee-md bg-bubble px-4 py-2.5 leading-relaxed">
          {/* Only the text runs its own way: the bubble's corner is on the page's side. */}
          <p dir="auto" className="whitespace-pre-wrap break-words">
            {said}
          </p>
        </div>
        <AnswerParts parts={parts.filter(({ type }) => type !== "text")} isStreaming={false} />
      </article>
    );
  }
  return (
    <article aria-label={agentName} className="flex gap-3">
      <AgentFace emoji={agentEmoji} className="mt-0.5 hidden sm:grid" />
      <div className="grid min-w-0 flex-1 gap-3">
        <AnswerParts parts={parts} isStreaming={false} />
      </div>
    </article>
  );
}
