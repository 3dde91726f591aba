"use client";

import { currentDraft, messageMaxCharacters, type ConversationWithMessages, type Draft } from "@mosaic/contracts/chat";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { onDraftTyped, readDraft, takeDraft } from "@/features/chat/drafts";
import { whenSent } from "@/features/chat/sending";
import { keptOf, remember, type Kept } from "@/features/chat/kept-drafts";
import { ApiProblem, request, requestNothing } from "@/lib/api";
import { onDraftNews } from "@/lib/draft-news";
import { newId } from "@/lib/new-id";
import { queryKeys } from "@/lib/query-keys";

export const draftTimes = {
  /** After the last letter; after the first one that is not kept, at the latest `longestMs` later. */
  saveAfterMs: 1_000,
  longestMs: 5_000,
  /** What was typed here so recently is not replaced by what comes from elsewhere. */
  underFingersMs: 5_000,
  retryMs: 5_000,
  longestRetryMs: 60_000,
};

/** Of requests that outlive their page, browsers take 64 KiB in all. */
const keepaliveBytes = 60_000;
const maxDoubtful = 8;

/**
 * Keeps what is typed in this conversation with Mosaic, and shows what other devices have typed: the newest text wins everywhere, and nothing is
 * replaced while it is being typed. What can't be kept now is kept later; until then it is in this tab. `fetched`: what came with the conversation.
 */
export const useKeptDraft = (id: string | null, fetched: Draft | null | undefined): void => {
  const client = useQueryClient();
  useEffect(() => {
    if (id === null) return;
    const kept = keptOf(id, client);
    // A reload came between.
    if (!kept.isSaved) saveIn(kept, draftTimes.saveAfterMs);
    const stops = [
      onDraftTyped((key) => (key === id ? typed(kept) : undefined)),
      onDraftNews((of, revision) => (of === id ? hearNews(kept, revision) : undefined)),
    ];
    const onHide = (): void => {
      if (document.visibilityState === "hidden") void save(kept);
    };
    document.addEventListener("visibilitychange", onHide);
    return () => {
      for (const stop of stops) stop();
      document.removeEventListener("visibilitychange", onHide);
      void save(kept);
    };
  }, [id, client]);
  useEffect(() => {
    if (id !== null && fetched !== undefined) takeFetched(keptOf(id, client), fetched);
  }, [id, client, fetched]);
};

const typed = (kept: Kept): void => {
  const now = Date.now();
  if (kept.isSaved) kept.unsavedSinceMs = now;
  kept.isSaved = false;
  kept.typedAtMs = now;
  remember(kept);
  // What was sent goes as soon as it has arrived, so that no other device shows it once more.
  saveIn(kept, readDraft(kept.id) === "" ? 0 : Math.min(draftTimes.saveAfterMs, kept.unsavedSinceMs + draftTimes.longestMs - now));
};

const saveIn = (kept: Kept, ms: number): void => {
  clearTimeout(kept.timer);
  kept.timer = setTimeout(() => void save(kept), ms);
};

const save = async (kept: Kept): Promise<void> => {
  const text = readDraft(kept.id);
  // What is too long to be sent is too long to be kept.
  if (kept.isSaved || kept.isBusy || text.length > messageMaxCharacters) return;
  clearTimeout(kept.timer);
  const sent = whenSent(kept.id);
  // A text that did not arrive is still with the server.
  if (sent !== null) {
    void sent.then(() => save(kept));
    return;
  }
  kept.isSaved = true;
  kept.isBusy = true;
  try {
    if (text.trim() === "") await drop(kept);
    else await put(kept, text);
    kept.failures = 0;
  } catch (error) {
    kept.isSaved = false;
    kept.failures += 1;
    const isHopeless = error instanceof ApiProblem && [400, 401, 403, 404].includes(error.problem.status);
    if (!isHopeless) saveIn(kept, Math.min(draftTimes.longestRetryMs, draftTimes.retryMs * 2 ** (kept.failures - 1)));
  } finally {
    kept.isBusy = false;
    remember(kept);
  }
  if (!kept.isSaved && kept.failures === 0) saveIn(kept, draftTimes.saveAfterMs);
  if (kept.isStale) void look(kept);
};

const pathOf = ({ id }: Kept): string => `/api/conversations/${id}/draft`;

const put = async (kept: Kept, content: string): Promise<void> => {
  const { revision: before, doubtful } = kept;
  const revision = newId();
  const body = { revision, content };
  const [first, ...others] = before === null ? doubtful : [...doubtful, before];
  kept.changes += 1;
  kept.revision = revision;
  kept.doubtful = first === undefined ? [] : [first, ...others.slice(1 - maxDoubtful)];
  const keepalive = new TextEncoder().encode(JSON.stringify(body)).length <= keepaliveBytes;
  try {
    await requestNothing(pathOf(kept), { method: "PUT", body, keepalive });
  } catch (error) {
    // After any other fault the server may have it.
    if (isRefusal(error)) Object.assign(kept, { revision: before, doubtful });
    throw error;
  }
  kept.doubtful = [];
  putIntoCache(kept, { ...body, updatedAt: new Date().toISOString() });
};

const isRefusal = (error: unknown): boolean => error instanceof ApiProblem && error.problem.status < 500;

/** Only what was sent from here is dropped: another device may have saved a newer text. */
const drop = async (kept: Kept): Promise<void> => {
  const { revision: before, doubtful } = kept;
  const dropped = before === null ? doubtful : [...doubtful, before];
  kept.changes += 1;
  Object.assign(kept, { revision: null, doubtful: [] });
  try {
    for (const revision of dropped) {
      await requestNothing(`${pathOf(kept)}?revision=${revision}`, { method: "DELETE", keepalive: true });
    }
  } catch (error) {
    // It can be dropped once more, whatever became of it.
    Object.assign(kept, { revision: before, doubtful });
    throw error;
  }
  if (dropped.length > 0) putIntoCache(kept, null);
};

const hearNews = (kept: Kept, revision: string | null): void => {
  kept.changes += 1;
  if (revision === kept.revision) return;
  if (revision === null && kept.isSaved && !kept.isBusy) take(kept, null);
  else void look(kept);
};

/** What came with the conversation. It may have been read before what this page has heard since. */
const takeFetched = (kept: Kept, draft: Draft | null): void => {
  if (kept.changes === 0) take(kept, draft);
  else if ((draft?.revision ?? null) !== kept.revision) void look(kept);
};

/** What the server has now. Who can't read it sees it at the next look. */
const look = async (kept: Kept): Promise<void> => {
  // The one under way looks again, since something has changed.
  if (kept.isLooking) return;
  kept.isLooking = true;
  try {
    for (;;) {
      kept.isStale = kept.isBusy || !kept.isSaved;
      if (kept.isStale) return;
      const { changes } = kept;
      const found = await request(currentDraft, pathOf(kept)).catch(() => null);
      if (found === null) return;
      if (kept.changes === changes) {
        take(kept, found.draft);
        return;
      }
    }
  } finally {
    kept.isLooking = false;
  }
};

/** Takes the place of the text here, unless that is newer. */
const take = (kept: Kept, draft: Draft | null): void => {
  const revision = draft?.revision ?? null;
  if (revision === kept.revision) return;
  if (!kept.isSaved || kept.isBusy) {
    kept.isStale = true;
    return;
  }
  const waitMs = kept.typedAtMs + draftTimes.underFingersMs - Date.now();
  if (waitMs > 0) {
    clearTimeout(kept.timer);
    kept.timer = setTimeout(() => void look(kept), waitMs);
    return;
  }
  Object.assign(kept, { revision, doubtful: [] });
  remember(kept);
  putIntoCache(kept, draft);
  takeDraft(kept.id, draft?.content ?? "");
};

/** Whoever comes back to the conversation finds this draft with it, and not the one that it was fetched with. */
const putIntoCache = ({ id, client }: Kept, draft: Draft | null): void => {
  const queryKey = queryKeys.conversation(id);
  const state = client.getQueryState<ConversationWithMessages>(queryKey);
  if (state?.data === undefined || state.data.draft === undefined || state.data.draft?.revision === draft?.revision) return;
  client.setQueryData<ConversationWithMessages>(queryKey, { ...state.data, draft }, { updatedAt: state.dataUpdatedAt });
  // The rest of it is as old as before.
  if (state.isInvalidated) void client.invalidateQueries({ queryKey, exact: true, refetchType: "none" });
};
