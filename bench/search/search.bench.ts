// Search in the conversations of somebody who has said much, among the rows of others: the index beside opening and reading every message, which
// is what a search without an index would do. Texts are made up: words as often as in a language (Zipf), 20,000 different ones.
//   MESSAGES   of the one who searches (40,000); as many are others'
//   QUERIES    searches that are measured, of each kind (60)
import { randomUUIDv7 } from "node:crypto";
import { textOfParts } from "@mosaic/contracts/message-parts";
import type { SearchAnswer } from "@mosaic/contracts/search";
import { expect, test } from "vitest";
import { createAgent, createConversation } from "../../apps/api/test/harness/chat.js";
import { startTestApp, type TestApp } from "../../apps/api/test/harness/test-app.js";
import type { TestClient } from "../../apps/api/test/harness/test-client.js";
import { storeMessages } from "../../apps/api/test/harness/stored-conversation.js";
import { openParts } from "../../apps/api/src/modules/conversations/message-seal.js";
import type { SealedContent } from "../../apps/api/src/modules/conversations/conversations.types.js";
import { CryptoService } from "../../apps/api/src/modules/crypto/crypto.service.js";
import { placeOfAll, termsOf } from "../../apps/api/src/modules/search/search-terms.js";
import { SearchIndexerService } from "../../apps/api/src/modules/search/search-indexer.service.js";

const messageCount = Number(process.env["MESSAGES"] ?? 40_000);
const queryCount = Number(process.env["QUERIES"] ?? 60);
const vocabularySize = 20_000;
const wordsOfMessage = { from: 20, to: 300 };
const messagesOfConversation = 40;
const tokensOfOthers = 200;
const promisedCount = 40_000;
const promisedMs = 150;
const scans = 5;

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const ms = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0).padStart(7)} ms`;
const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;

/** The same in every run. */
let seed = 7;
function random(): number {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return seed / 2 ** 32;
}

const syllables = "ba con de for ga hi in jo ka lo mar ne or pre qui ra ser ti un ver wo xi ya zen st ion ing ment al er".split(" ");
const vocabulary = Array.from({ length: vocabularySize }, (_, rank) =>
  Array.from(
    { length: 1 + Math.floor(Math.log10(rank + 2) + random() * 2) },
    () => syllables[Math.floor(random() * syllables.length)],
  ).join(""),
);
/** By its rank, as often as in a language. */
const wordAt = (share: number): string => vocabulary[Math.min(vocabularySize - 1, Math.floor(vocabularySize ** share) - 1)] ?? "";
const message = (): string =>
  Array.from({ length: Math.floor(wordsOfMessage.from + (wordsOfMessage.to - wordsOfMessage.from) * random() ** 2) }, () =>
    wordAt(random()),
  ).join(" ");

const kinds: Readonly<Record<string, () => string>> = {
  "a rare word": () => wordAt(0.9 + random() * 0.1),
  "a common word": () => wordAt(random() * 0.3),
  "two words": () => `${wordAt(0.4 + random() * 0.3)} ${wordAt(0.4 + random() * 0.3)}`,
  "while it is typed": () => wordAt(0.5 + random() * 0.5).slice(0, 4),
  "three words of which two are common": () => `${wordAt(random() * 0.2)} ${wordAt(random() * 0.2)} ${wordAt(0.8)}`,
  "what is nowhere": () => `qqq${wordAt(random())}`,
};

test("search", async () => {
  const app = await startTestApp();
  try {
    const ann = await app.member("ann");
    await fill(app, ann);
    await addOthers(app);
    await index(app);
    await size(app);
    const p95 = await compare(app, ann);
    expect(messageCount < promisedCount || p95 <= promisedMs).toBe(true);
  } finally {
    await app.close();
  }
});

async function fill(app: TestApp, ann: TestClient): Promise<void> {
  const startedAt = performance.now();
  const { id: agentId } = await createAgent(ann);
  for (let left = messageCount; left > 0; left -= messagesOfConversation) {
    const conversationId = await createConversation(ann, agentId);
    await storeMessages(
      app,
      { userId: ann.userId ?? "", conversationId },
      Array.from({ length: Math.min(left, messagesOfConversation) }, () => ({
        id: randomUUIDv7(),
        parts: [{ type: "text", text: message() }],
      })),
    );
  }
  print(`${messageCount} messages of one person written in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
}

/** Rows of others as the index has them: what their texts are is of no account. */
async function addOthers(app: TestApp): Promise<void> {
  await app.database.query(`
    WITH owner AS (INSERT INTO users (id, username, display_name, role)
      SELECT gen_random_uuid(), 'other-' || n, 'Other', 'member' FROM generate_series(1, 20) n RETURNING id),
    agent AS (INSERT INTO agents (id, owner_id, backend_id, name, emoji, personality, tools) SELECT gen_random_uuid(), id, 'openclaw', 'A', '', '', '{}' FROM owner RETURNING id, owner_id),
    talk AS (INSERT INTO conversations (id, user_id, agent_id, title_encrypted, indexed_title)
      SELECT gen_random_uuid(), owner_id, id, 'enc:', 'enc:' FROM agent RETURNING id, user_id),
    said AS (INSERT INTO messages (id, conversation_id, role, content_encrypted, status, is_indexed)
      SELECT gen_random_uuid(), id, 'user', 'enc:', 'complete', true FROM talk, generate_series(1, ${Math.ceil(messageCount / 20)}) RETURNING id, conversation_id)
    SELECT count(*) FROM said`);
  await app.database.query(`
    INSERT INTO search_messages (message_id, user_id, tokens)
    SELECT m.id, v.user_id, array_to_tsvector(ARRAY(
      SELECT substr(md5(v.user_id::text || floor(power(20000, random()))::int), 1, 8) FROM generate_series(1, ${tokensOfOthers})))
    FROM messages m JOIN conversations v ON v.id = m.conversation_id JOIN users u ON u.id = v.user_id WHERE u.username LIKE 'other-%'`);
}

async function index(app: TestApp): Promise<void> {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  await app.nest.get(SearchIndexerService, { strict: false }).catchUp();
  const { user } = process.cpuUsage(before);
  print(
    `indexed in ${((performance.now() - startedAt) / 1000).toFixed(0)} s beside everything else, ${ms(user / 1000 / messageCount)} of the processor a message`,
  );
  await app.database.query("VACUUM ANALYZE");
}

async function size(app: TestApp): Promise<void> {
  const [row] = await app.database.query<{ gin: number; rows: number; texts: number; count: number; tokens: number }>(`
    SELECT pg_relation_size('search_messages_tokens_idx')::float AS gin, pg_table_size('search_messages')::float AS rows,
      (SELECT sum(octet_length(content_encrypted))::float FROM messages WHERE content_encrypted <> 'enc:') AS texts,
      (SELECT count(*)::float FROM search_messages) AS count, (SELECT avg(length(tokens))::float FROM search_messages s JOIN users u ON u.id = s.user_id AND u.username = 'ann') AS tokens`);
  if (row !== undefined) {
    const bytes = (value: number): string => `${(value / 1024).toFixed(1)} kB`;
    print(
      `a message: ${bytes(row.texts / messageCount)} sealed, ${row.tokens.toFixed(0)} tokens, ${bytes(row.rows / row.count)} of the index' table, ${bytes(row.gin / row.count)} of GIN`,
    );
  }
}

/** The p95 of all searches by the index. */
async function compare(app: TestApp, ann: TestClient): Promise<number> {
  const all: number[] = [];
  const scanned: number[] = [];
  print(`\n${" ".repeat(38)}index p50        p95    decrypt and scan p50      ratio   hits of the first page`);
  for (const [kind, query] of Object.entries(kinds)) {
    const times: number[] = [];
    let hits = 0;
    const queries = Array.from({ length: queryCount }, query);
    for (const q of queries) {
      const startedAt = performance.now();
      const answer = (await ann.post("/api/search", { q })).json<SearchAnswer>();
      times.push(performance.now() - startedAt);
      hits += answer.hits.length;
    }
    const scan: number[] = [];
    for (const q of queries.slice(0, scans)) {
      const startedAt = performance.now();
      await scanAll(app, ann.userId ?? "", q);
      scan.push(performance.now() - startedAt);
    }
    all.push(...times);
    scanned.push(...scan);
    print(
      `${kind.padEnd(36)}${ms(quantile(times, 0.5))} ${ms(quantile(times, 0.95))} ${ms(quantile(scan, 0.5)).padStart(23)} ${(quantile(scan, 0.5) / quantile(times, 0.5)).toFixed(0).padStart(9)}x ${(hits / queryCount).toFixed(1).padStart(10)}`,
    );
  }
  print(
    `${"all".padEnd(36)}${ms(quantile(all, 0.5))} ${ms(quantile(all, 0.95))} ${ms(quantile(scanned, 0.5)).padStart(23)} ${(quantile(scanned, 0.5) / quantile(all, 0.5)).toFixed(0).padStart(9)}x`,
  );
  return quantile(all, 0.95);
}

/** The newest 20 that have all words, as a search without an index finds them: newest first, until there are enough. */
async function scanAll(app: TestApp, userId: string, q: string): Promise<number> {
  const crypto = app.nest.get(CryptoService, { strict: false });
  const terms = termsOf(q);
  let hits = 0;
  let before = "ffffffff-ffff-ffff-ffff-ffffffffffff";
  for (;;) {
    const rows = await app.database.query<SealedContent & { id: string }>(
      `SELECT m.id, m.content_encrypted AS "contentEncrypted", m.content_format AS "contentFormat"
       FROM messages m JOIN conversations v ON v.id = m.conversation_id WHERE v.user_id = $1 AND m.id < $2 ORDER BY m.id DESC LIMIT 1000`,
      [userId, before],
    );
    for (const row of rows) {
      hits += (await placeOfAll(terms, textOfParts(openParts(crypto, userId, row)))) === null ? 0 : 1;
      if (hits === 20) {
        return hits;
      }
    }
    before = rows.at(-1)?.id ?? "";
    if (rows.length < 1_000) {
      return hits;
    }
  }
}
