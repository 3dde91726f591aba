"use client";

import { currentDraft, messageMaxCharacters, type Draft } from "@mosaic/contracts/chat";
import { useEffect } from "react";
import { onDraftTyped, readDraft, takeDraft } from "@/features/chat/drafts";
import { ApiProblem, request, requestNothing } from "@/lib/api";
import { onDraftNews } from "@/lib/draft-news";
import { newId } from "@/lib/new-id";

export const draftTimes = {
  /** After the last letter; after the first one that is not kept, at the latest `longestMs` later. */
  saveAfterMs: 1_000,
  longestMs: 5_000,
  /** What was typed here so recently is not replaced by what comes from elsewhere. */
  underFingersMs: 5_000,
  retryMs: 5_000,
  longestRetryMs: 60_000,
};

/** What of a conversation's draft is kept by Mosaic. A reload keeps the first two. */
interface Kept {
  /** Of what the server has, as far as this page knows. `null`: nothing. */
  revision: string | null;
  /** The text here is that of the revision. */
  isSaved: boolean;
  isBusy: boolean;
  /** Another page has saved meanwhile. */
  isStale: boolean;
  typedAtMs: number;
  unsavedSinceMs: number;
  failures: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

const all = new Map<string, Kept>();
const storageKey = (id: string): string => `mosaic.draft-kept.${id}`;

/**
 * Keeps what is typed in this conversation with Mosaic, and shows what other devices have typed: the newest text wins everywhere, and nothing is
 * replaced while it is being typed. What can't be kept now is kept later; until then it is in this tab. `fetched`: what came with the conversation.
 */
export const useKeptDraft = (id: string | null, fetched: Draft | null | undefined): void => {
  useEffect(() => {
    if (id === null) return;
    const stops = [
      onDraftTyped((key) => (key === id ? typed(id) : undefined)),
      onDraftNews((of, revision) => (of === id ? hearNews(id, revision) : undefined)),
    ];
    const onHide = (): void => {
      if (document.visibilityState === "hidden") void save(id);
    };
    document.addEventListener("visibilitychange", onHide);
    return () => {
      for (const stop of stops) stop();
      document.removeEventListener("visibilitychange", onHide);
      void save(id);
    };
  }, [id]);
  useEffect(() => {
    if (id !== null && fetched !== undefined) take(id, fetched);
  }, [id, fetched]);
};

const keptOf = (id: string): Kept => {
  const known = all.get(id);
  if (known !== undefined) return known;
  const kept: Kept = {
    ...storedOf(id),
    isBusy: false,
    isStale: false,
    typedAtMs: 0,
    unsavedSinceMs: Date.now(),
    failures: 0,
    timer: undefined,
  };
  all.set(id, kept);
  // A reload came between.
  if (!kept.isSaved) saveIn(id, kept, draftTimes.saveAfterMs);
  return kept;
};

const storedOf = (id: string): Pick<Kept, "revision" | "isSaved"> => {
  const [, isSaved, revision] = /^(saved|typed) (.*)$/.exec(window.sessionStorage.getItem(storageKey(id)) ?? "") ?? [];
  return isSaved === undefined
    ? { revision: null, isSaved: readDraft(id) === "" }
    : { revision: revision === undefined || revision === "" ? null : revision, isSaved: isSaved === "saved" };
};

const remember = (id: string, { revision, isSaved }: Kept): void =>
  window.sessionStorage.setItem(storageKey(id), `${isSaved ? "saved" : "typed"} ${revision ?? ""}`);

const typed = (id: string): void => {
  const kept = keptOf(id);
  const now = Date.now();
  if (kept.isSaved) kept.unsavedSinceMs = now;
  kept.isSaved = false;
  kept.typedAtMs = now;
  remember(id, kept);
  // What was sent goes at once, so that no other device shows it once more.
  saveIn(id, kept, readDraft(id) === "" ? 0 : Math.min(draftTimes.saveAfterMs, kept.unsavedSinceMs + draftTimes.longestMs - now));
};

const saveIn = (id: string, kept: Kept, ms: number): void => {
  clearTimeout(kept.timer);
  kept.timer = setTimeout(() => void save(id), ms);
};

const save = async (id: string): Promise<void> => {
  const kept = keptOf(id);
  if (kept.isSaved || kept.isBusy) return;
  clearTimeout(kept.timer);
  kept.isSaved = true;
  kept.isBusy = true;
  try {
    await store(id, kept, readDraft(id));
    kept.failures = 0;
  } catch (error) {
    kept.isSaved = false;
    kept.failures += 1;
    const isHopeless = error instanceof ApiProblem && [400, 401, 403, 404].includes(error.problem.status);
    if (!isHopeless) saveIn(id, kept, Math.min(draftTimes.longestRetryMs, draftTimes.retryMs * 2 ** (kept.failures - 1)));
  } finally {
    kept.isBusy = false;
    remember(id, kept);
  }
  if (!kept.isSaved && kept.failures === 0) saveIn(id, kept, draftTimes.saveAfterMs);
  if (kept.isStale) void look(id);
};

/** Only the draft that was sent from here is dropped: another device may have saved a newer one. */
const store = async (id: string, kept: Kept, text: string): Promise<void> => {
  const before = kept.revision;
  const path = `/api/conversations/${id}/draft`;
  if (text.trim() === "") {
    if (before === null) return;
    kept.revision = null;
    await requestNothing(`${path}?revision=${before}`, { method: "DELETE" }).catch((error: unknown) => backTo(kept, before, error));
  } else if (text.length <= messageMaxCharacters) {
    kept.revision = newId();
    const body = { revision: kept.revision, content: text };
    await requestNothing(path, { method: "PUT", body }).catch((error: unknown) => backTo(kept, before, error));
  }
};

const backTo = (kept: Kept, revision: string | null, error: unknown): never => {
  kept.revision = revision;
  throw error;
};

const hearNews = (id: string, revision: string | null): void => {
  const kept = keptOf(id);
  if (revision === kept.revision) return;
  if (revision === null && kept.isSaved && !kept.isBusy) take(id, null);
  else void look(id);
};

/** What the server has now. Who can't read it sees it at the next look. */
const look = async (id: string): Promise<void> => {
  const kept = keptOf(id);
  kept.isStale = kept.isBusy || !kept.isSaved;
  if (kept.isStale) return;
  const found = await request(currentDraft, `/api/conversations/${id}/draft`).catch(() => null);
  if (found !== null) take(id, found.draft);
};

/** Takes the place of the text here, unless that is newer. */
const take = (id: string, draft: Draft | null): void => {
  const kept = keptOf(id);
  const revision = draft?.revision ?? null;
  if (revision === kept.revision) return;
  if (!kept.isSaved || kept.isBusy) {
    kept.isStale = true;
    return;
  }
  const waitMs = kept.typedAtMs + draftTimes.underFingersMs - Date.now();
  if (waitMs > 0) {
    clearTimeout(kept.timer);
    kept.timer = setTimeout(() => void look(id), waitMs);
    return;
  }
  kept.revision = revision;
  remember(id, kept);
  takeDraft(id, draft?.content ?? "");
};
