import { textOfParts } from "@mosaic/contracts/message-parts";
import type { SearchAnswer, SearchHit, SearchRequest } from "@mosaic/contracts/search";
import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { FairGate } from "../../platform/pressure/fair-gate.js";
import { openParts, titleContext } from "../conversations/message-seal.js";
import { CryptoService } from "../crypto/crypto.service.js";
import { tokenOf } from "./index-tokens.js";
import { marked, snippet } from "./marked-text.js";
import { placeOfAll, termsOf, type Term } from "./search-terms.js";
import type { Candidate, FoundMessage, FoundTitle } from "./search.types.js";
import { SearchKeysService } from "./search-keys.service.js";
import { SearchRepository } from "./search.repository.js";

const limits = {
  atOnce: 4,
  atOncePerKey: 1,
  waiting: 400,
  waitingPerKey: 10,
  longestWaitMs: 10_000,
  words: {
    ofKey: "You search in many places at once. Wait until one of them has answered.",
    inAll: "Too many people are searching right now. Try again in a few seconds.",
  },
} as const;

const hitsAtOnce = 20;
const titlesLookedAt = 100;
const shownTitles = 10;
/** What one request opens at most, whatever of it is a hit; the next one goes on from there. */
const candidatesAtOnce = 300;
const openedBytes = 8 * 1024 * 1024;
/** What is read of the database in one statement. */
const groupSize = 30;
const groupBytes = 1024 * 1024;

const afterAll = "ffffffff-ffff-ffff-ffff-ffffffffffff";
/** What was just said may not be indexed yet: that is no upgrade. */
const freshMs = 60_000;

interface Found {
  readonly hits: readonly SearchHit[];
  readonly cursor: string | null;
}

interface Search {
  readonly userId: string;
  readonly terms: readonly Term[];
  /** A `tsquery`. */
  readonly tokens: string;
  readonly gone: AbortSignal;
}

/** Looks for words in one's own conversations: the index tells where they may be, and what is there is opened and read. */
@Injectable()
export class SearchService {
  private readonly gate = new FairGate(limits);

  constructor(
    private readonly repository: SearchRepository,
    private readonly keys: SearchKeysService,
    private readonly crypto: CryptoService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** All words have to be in one text. Throws `overloaded`. `gone`: nobody waits for it any more. */
  async find(userId: string, { q, cursor }: SearchRequest, gone: AbortSignal): Promise<SearchAnswer> {
    return this.gate.run(userId, async () => this.look(userId, termsOf(q), cursor, gone), gone);
  }

  private async look(userId: string, terms: readonly Term[], cursor: string | undefined, gone: AbortSignal): Promise<SearchAnswer> {
    const isIndexing = await this.repository.isBehind(firstIdAt(this.clock.now().getTime() - freshMs));
    const key = terms.length === 0 ? null : await this.keys.find(userId);
    if (key === null) {
      return { hits: [], cursor: null, isIndexing };
    }
    const features = new Set(terms.flatMap((term) => term.features));
    const tokens = [...features].map((feature) => `'${tokenOf(key, feature)}'`).join(" & ");
    const search = { userId, terms, tokens, gone };
    const titles = cursor === undefined ? await this.titles(search) : [];
    const messages = await this.messages(search, cursor ?? afterAll);
    return { hits: [...titles, ...messages.hits], cursor: messages.cursor, isIndexing };
  }

  private async titles({ userId, terms, tokens }: Search): Promise<SearchHit[]> {
    const hits: SearchHit[] = [];
    for (const found of await this.repository.titles(userId, tokens, titlesLookedAt)) {
      const hit = this.hitIn(userId, found, terms);
      if (hit.title.marks.length > 0 && (await placeOfAll(terms, hit.title.text)) !== null) {
        hits.push(hit);
      }
    }
    return hits.slice(0, shownTitles);
  }

  private async messages(search: Search, before: string): Promise<Found> {
    const candidates = await this.repository.candidates(search.userId, search.tokens, before, candidatesAtOnce);
    const hits: SearchHit[] = [];
    let opened = 0;
    let last = before;
    for (const group of groupsOf(candidates)) {
      search.gone.throwIfAborted();
      for (const message of await this.repository.messages(search.userId, group.ids)) {
        const hit = await this.messageHit(search, message);
        if (hit !== null) {
          hits.push(hit);
        }
        if (hits.length === hitsAtOnce) {
          return { hits, cursor: message.id };
        }
      }
      opened += group.bytes;
      last = group.lastId;
      if (opened >= openedBytes) {
        return { hits, cursor: last };
      }
    }
    return { hits, cursor: candidates.length < candidatesAtOnce ? null : last };
  }

  private async messageHit({ userId, terms }: Search, message: FoundMessage): Promise<SearchHit | null> {
    const text = textOfParts(openParts(this.crypto, userId, message));
    const place = await placeOfAll(terms, text);
    return place === null
      ? null
      : {
          ...this.hitIn(userId, message, terms),
          message: {
            id: message.id,
            role: message.role,
            createdAt: message.createdAt.toISOString(),
            snippet: snippet(text, place, terms),
          },
        };
  }

  private hitIn(userId: string, { conversationId, agentId, titleEncrypted }: FoundTitle, terms: readonly Term[]): SearchHit {
    const title = this.crypto.open(titleEncrypted, titleContext(userId, conversationId));
    return { conversationId, agentId, title: marked(title, terms), message: null };
  }
}

interface Group {
  readonly ids: string[];
  readonly lastId: string;
  readonly bytes: number;
}

/** So many that a group is read at once, each of one at least. */
function groupsOf(candidates: readonly Candidate[]): Group[] {
  const groups: Group[] = [];
  for (const { id, sealedBytes } of candidates) {
    const bytes = sealedBytes ?? 0;
    const group = groups.at(-1);
    const ids = sealedBytes === null ? [] : [id];
    if (group !== undefined && group.ids.length < groupSize && group.bytes + bytes <= groupBytes) {
      groups[groups.length - 1] = { ids: [...group.ids, ...ids], lastId: id, bytes: group.bytes + bytes };
    } else {
      groups.push({ ids, lastId: id, bytes });
    }
  }
  return groups;
}

/** The lowest id that is made at that time: its first 48 bits are the milliseconds. */
function firstIdAt(timeMs: number): string {
  const hex = timeMs.toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
