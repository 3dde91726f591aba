import type { QueryClient } from "@tanstack/react-query";
import { readDraft } from "@/features/chat/drafts";

/** What of a conversation's draft is kept by Mosaic. A reload keeps the first three. */
export interface Kept {
  /** Of what the server has, as far as this page knows. `null`: nothing. */
  revision: string | null;
  /** What the server may have instead, since the answers to some requests did not arrive. The first is what it had before them. */
  doubtful: readonly string[];
  /** The text here is that of the revision. */
  isSaved: boolean;
  isBusy: boolean;
  /** Another page has saved meanwhile. */
  isStale: boolean;
  /** It asks what the server has. */
  isLooking: boolean;
  /** How often this page heard or said that the server has another one: what was asked for before may be older than that. */
  changes: number;
  typedAtMs: number;
  unsavedSinceMs: number;
  failures: number;
  timer: ReturnType<typeof setTimeout> | undefined;
  readonly id: string;
  /** Of the page that shows the conversation, or showed it last. */
  client: QueryClient;
}

const all = new Map<string, Kept>();
const storageKey = (id: string): string => `mosaic.draft-kept.${id}`;

/** Of one conversation there is one as long as the page is open. */
export const keptOf = (id: string, client: QueryClient): Kept => {
  const known = all.get(id);
  if (known !== undefined) return Object.assign(known, { client });
  const kept: Kept = {
    ...storedOf(id),
    isBusy: false,
    isStale: false,
    isLooking: false,
    changes: 0,
    typedAtMs: 0,
    unsavedSinceMs: Date.now(),
    failures: 0,
    timer: undefined,
    id,
    client,
  };
  all.set(id, kept);
  return kept;
};

const storedOf = (id: string): Pick<Kept, "revision" | "doubtful" | "isSaved"> => {
  const [, isSaved, revisions = ""] = /^(saved|typed) (.*)$/.exec(window.sessionStorage.getItem(storageKey(id)) ?? "") ?? [];
  if (isSaved === undefined) return { revision: null, doubtful: [], isSaved: readDraft(id) === "" };
  const [revision = "", ...doubtful] = revisions.split(" ");
  return { revision: revision === "" ? null : revision, doubtful, isSaved: isSaved === "saved" };
};

/** For a reload. */
export const remember = ({ id, revision, doubtful, isSaved }: Kept): void =>
  window.sessionStorage.setItem(storageKey(id), `${isSaved ? "saved" : "typed"} ${[revision ?? "", ...doubtful].join(" ")}`);
