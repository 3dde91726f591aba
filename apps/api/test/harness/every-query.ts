import { createHash, randomUUIDv7 } from "node:crypto";
import { AgentEventsRepository, type NewAgentEvent } from "../../src/modules/agent-events/agent-events.repository.js";
import { AgentSayingsRepository } from "../../src/modules/conversations/agent-sayings.repository.js";
import { ConversationDeletionRepository } from "../../src/modules/conversations/conversation-deletion.repository.js";
import { ExportRepository } from "../../src/modules/conversation-files/export.repository.js";
import { ConversationDraft } from "../../src/modules/conversation-files/conversation-draft.js";
import { ImportRepository } from "../../src/modules/conversation-files/import.repository.js";
import { SharesRepository } from "../../src/modules/conversation-files/shares/shares.repository.js";
import { ConversationListRepository } from "../../src/modules/conversations/conversation-list.repository.js";
import { ConversationsRepository } from "../../src/modules/conversations/conversations.repository.js";
import { DraftsRepository } from "../../src/modules/conversations/drafts.repository.js";
import { MessagePagesRepository } from "../../src/modules/conversations/message-pages.repository.js";
import { SessionDeletionRepository } from "../../src/modules/turns/session-deletion.repository.js";
import { BranchesRepository } from "../../src/modules/turns/branches.repository.js";
import { MessageTreeRepository } from "../../src/modules/conversations/message-tree.repository.js";
import { ReadMarksRepository } from "../../src/modules/conversations/read-marks.repository.js";
import { TurnLogRepository } from "../../src/modules/conversations/turn-log.repository.js";
import { FilePiecesRepository } from "../../src/modules/files/file-pieces.repository.js";
import { FolderInstructionsRepository } from "../../src/modules/folders/folder-instructions.repository.js";
import { FoldersRepository } from "../../src/modules/folders/folders.repository.js";
import { FilesRepository } from "../../src/modules/files/files.repository.js";
import type { CryptoService } from "../../src/modules/crypto/crypto.service.js";
import { HealthRepository } from "../../src/modules/health/health.repository.js";
import { ApiProcessesRepository } from "../../src/modules/key-rotation/api-processes.repository.js";
import { LlmProvidersRepository } from "../../src/modules/llm-providers/llm-providers.repository.js";
import { ModelSourcesRepository } from "../../src/modules/llm-providers/model-sources.repository.js";
import { LlmRelayRepository } from "../../src/modules/llm-relay/llm-relay.repository.js";
import { ModelDefaultsRepository } from "../../src/modules/model-defaults/model-defaults.repository.js";
import { SharingRepository } from "../../src/modules/model-defaults/sharing.repository.js";
import { PushDeliveriesRepository } from "../../src/modules/push/push-deliveries.repository.js";
import { PushDevicesRepository } from "../../src/modules/push/push-devices.repository.js";
import { SearchIndexRepository } from "../../src/modules/search/search-index.repository.js";
import { SearchKeysRepository } from "../../src/modules/search/search-keys.repository.js";
import { SearchRepository } from "../../src/modules/search/search.repository.js";
import { SystemConfigRepository } from "../../src/modules/settings/system-config.repository.js";
import { TurnFilesRepository } from "../../src/modules/turns/files/turn-files.repository.js";
import { ProgramMarksRepository } from "../../src/modules/turns/program-marks.repository.js";
import { TurnsRepository } from "../../src/modules/turns/turns.repository.js";
import { OpenAiAgentsRepository } from "../../src/modules/openai-api/openai-agents.repository.js";
import { OpenAiConversationsRepository } from "../../src/modules/openai-api/openai-conversations.repository.js";
import { OpenAiTurnsRepository } from "../../src/modules/openai-api/openai-turns.repository.js";
import { WaitingMessagesRepository } from "../../src/modules/turns/waiting-messages.repository.js";
import { heavyUser } from "./crowded-database.js";
import { agents } from "./every-query.agents.js";
import { accounts, signIn } from "./every-query.people.js";
import { accept, admin, audit, bytes, demo, hourAgo, id, now, of, user, values, type Call } from "./query-calls.js";

const keyOf = (text: string): Buffer => createHash("sha256").update(text).digest();

const models: readonly Call[] = [
  ...of(LlmProvidersRepository, {
    list: (providers) => providers.list(user),
    listShared: (providers) => providers.listShared(),
    find: (providers) => providers.find(user, id("llm_providers", heavyUser)),
    hasAny: (providers) => providers.hasAny(),
    create: (providers) => providers.create(user, { ...demo, id: randomUUIDv7() }, 100),
    change: [
      (providers) => providers.change(user, id("llm_providers", heavyUser), () => demo),
      (providers) => providers.change(admin, id("llm_providers", 3), () => demo),
    ],
    learn: (providers) =>
      providers.learn({ id: id("llm_providers", heavyUser), ownerId: user, kind: "demo", baseUrl: null }, () => ({
        models: { "mosaic-demo": { omits: ["store"] } },
      })),
    remove: (providers) => providers.remove(id("users", 18), id("llm_providers", 18)),
  }),
  ...of(ModelSourcesRepository, {
    load: [(sources) => sources.load(user), (sources) => sources.load(null)],
    loadForAgent: [(sources) => sources.loadForAgent(id("agents", 1)), (sources) => sources.loadForAgent(id("agents", 30_000))],
    loadMany: (sources) => sources.loadMany([user, null, ...Array.from({ length: 500 }, (_, index) => id("users", index + 1))]),
  }),
  ...of(LlmRelayRepository, {
    findLive: (relay) => relay.findLive(id("agents", 1001)),
    recordCall: (relay) => relay.recordCall(id("agents", 1001), now),
    lastCallAt: (relay) => relay.lastCallAt(id("agents", 1001)),
  }),
  ...of(ModelDefaultsRepository, {
    replace: [
      (defaults) => defaults.replace(user, { backend: null, model: values.model, fallbacks: [] }, accept),
      (defaults) => defaults.replace(null, { backend: "openclaw", model: null, fallbacks: [] }, accept),
    ],
  }),
  ...of(SharingRepository, {
    list: (sharing) => sharing.list(admin),
    agents: (sharing) => sharing.agents(),
    set: (sharing) => sharing.set(admin, id("llm_providers", 3), true),
  }),
];

const orphan = (answer: number) => ({
  ...turn(answer),
  agentId: id("agents", 1),
  isOwned: true,
  answerCreatedAt: now,
  session: id("conversations", 1),
  processId: randomUUIDv7(),
  isStopRequested: false,
  isDeleted: false,
});
const turn = (answer: number) => ({ userId: user, conversationId: id("conversations", 1 + answer), answerId: id("messages", answer) });

const talkKey = { userId: user, conversationId: id("conversations", 1) };
const pageBound = { messages: 100, sealedBytes: 1024 * 1024 };

const talkTurn = { ...turn(1), agentId: id("agents", 1), isOwned: true, answerCreatedAt: now, session: id("conversations", 2) };
const agentEvent: Omit<NewAgentEvent, "conversationId"> = {
  agentId: id("agents", 1),
  kind: "assistant",
  now,
  newConversationId: randomUUIDv7(),
  keyHash: bytes(),
  keysSince: hourAgo,
  pace: { burst: 20, everyMs: 1_000 },
  seal: () => ({ id: randomUUIDv7(), contentEncrypted: "enc:", contentFormat: "text" }),
  sealTitle: () => "enc:",
};
const folder = { nameEncrypted: "enc:", instructionsEncrypted: "enc:", instructionsId: null, createdAt: now };
function importedDraft(): ConversationDraft {
  const sealing = { seal: () => "enc:" } as unknown as CryptoService;
  const at = now.toISOString();
  const line = { source: "mosaic", id: randomUUIDv7(), title: "One", activeMessageId: null, createdAt: at, updatedAt: at } as const;
  const draft = new ConversationDraft(
    { type: "conversation", ...line, isPinned: false, isArchived: false },
    { userId: user, now },
    sealing,
  );
  draft.add({ type: "message", id: "1", parentId: null, role: "user", parts: [], status: "complete", usage: null, createdAt: at });
  return draft;
}

const talk: readonly Call[] = [
  ...of(ConversationsRepository, {
    create: (conversations) =>
      conversations.create(user, {
        id: randomUUIDv7(),
        agentId: id("agents", 1),
        folderId: null,
        titleEncrypted: "enc:",
        isListed: true,
        now,
      }),
    find: (conversations) => conversations.find(user, id("conversations", 1)),
    setMemoryGiven: (conversations) => conversations.setMemoryGiven(user, id("conversations", 1), now),
    update: (conversations) =>
      conversations.update(user, id("conversations", 1), { titleEncrypted: "enc:", isPinned: true, isListed: true }, now),
  }),
  ...of(ConversationListRepository, {
    page: [false, true].flatMap((isArchived) =>
      [{}, { agentId: id("agents", 1) }, { folderId: id("folders", 1) }].flatMap((of) =>
        [null, { rank: isArchived ? 0 : 1, updatedAt: now, id: id("conversations", 9) }].map(
          (after) => (lists: ConversationListRepository) => lists.page(user, { isArchived, ...of, after, limit: 101 }),
        ),
      ),
    ),
  }),
  ...of(ExportRepository, {
    ids: (files) => files.ids(user),
    find: (files) => files.find(user, id("conversations", 1)),
    places: (files) => files.places(user, id("conversations", 1)),
    messages: (files) => files.messages(user, id("conversations", 1), [id("messages", 1)]),
  }),
  ...of(ImportRepository, {
    hasAgent: (files) => files.hasAgent(user, id("agents", 1)),
    store: (files) => files.store({ userId: user, agentId: id("agents", 1), now }, importedDraft()),
  }),
  ...of(SharesRepository, {
    create: (shares) =>
      shares.create(user, {
        id: randomUUIDv7(),
        conversationId: id("conversations", 1),
        tokenHash: null,
        keyEncrypted: "enc:",
        titleEncrypted: "enc:",
        messageCount: 1,
        usernames: [],
        pages: ["page"],
        now,
      }),
    remove: (shares) => shares.remove(user, id("conversation_shares", 3)),
    own: (shares) => shares.own(user),
    received: (shares) => shares.received(user),
    findFor: (shares) => shares.findFor(user, id("conversation_shares", 1)),
    findLink: (shares) => shares.findLink(id("conversation_shares", 1)),
    findByToken: (shares) => shares.findByToken(bytes()),
    page: (shares) => shares.page(id("conversation_shares", 1), 0),
  }),
  ...of(ConversationDeletionRepository, {
    mark: (deletion) => deletion.mark(user, id("conversations", 2), now),
    unmark: (deletion) => deletion.unmark(user, id("conversations", 2), hourAgo),
    remove: (deletion) => deletion.remove(hourAgo),
    markUnlisted: (deletion) => deletion.markUnlisted(hourAgo, now),
  }),
  ...of(AgentSayingsRepository, {
    givenTo: (sayings) => sayings.givenTo(talkTurn),
    takeBack: (sayings) => sayings.takeBack(talkTurn),
  }),
  ...of(AgentEventsRepository, {
    append: [
      (events) => events.append({ ...agentEvent, conversationId: id("conversations", 40) }),
      (events) => events.append({ ...agentEvent, conversationId: null, keyHash: bytes() }),
    ],
  }),
  ...of(DraftsRepository, {
    find: (drafts) => drafts.find(user, id("conversations", 1)),
    save: (drafts) => drafts.save(talkKey, { revision: randomUUIDv7(), contentEncrypted: "enc:", updatedAt: now }),
    drop: (drafts) => drafts.drop(talkKey, randomUUIDv7()),
  }),
  ...of(FoldersRepository, {
    list: (folders) => folders.list(user),
    create: (folders) => folders.create({ ...folder, id: randomUUIDv7(), userId: user }),
    update: (folders) =>
      folders.update(user, id("folders", 1), { nameEncrypted: "enc:", instructions: { encrypted: "enc:", id: randomUUIDv7() } }),
    delete: (folders) => folders.delete(user, id("folders", 2)),
  }),
  ...of(FolderInstructionsRepository, {
    of: [(instructions) => instructions.of(talkTurn, false), (instructions) => instructions.of(talkTurn, true)],
    takeBack: (instructions) => instructions.takeBack(talkTurn),
  }),
  ...of(ReadMarksRepository, { mark: (marks) => marks.mark(talkKey, id("messages", 1)) }),
  ...of(MessagePagesRepository, {
    read: [
      (pages) => pages.read(talkKey, { bound: pageBound }),
      (pages) => pages.read(talkKey, { from: { messageId: id("messages", 1), direction: "older", isIncluded: true }, bound: pageBound }),
      (pages) => pages.read(talkKey, { from: { messageId: id("messages", 1), direction: "newer", isIncluded: false }, bound: pageBound }),
    ],
    exists: [(pages) => pages.exists(talkKey, null), (pages) => pages.exists(talkKey, id("messages", 1))],
  }),
  ...of(MessageTreeRepository, {
    read: [(tree) => tree.read(talkKey, null, pageBound), (tree) => tree.read(talkKey, id("messages", 1), pageBound)],
  }),
  ...of(TurnsRepository, {
    begin: (turns) =>
      turns.begin({
        userId: user,
        conversationId: id("conversations", 3),
        processId: randomUUIDv7(),
        now,
        maxPerUser: 5,
        waitingId: id("waiting_messages", 3),
        fileIds: [id("files", 13)],
        question: { id: randomUUIDv7(), contentEncrypted: "enc:", contentFormat: "text" },
        branch: { replacedId: id("messages", 40_002), parentId: id("conversations", 3) },
        answer: { id: randomUUIDv7(), contentEncrypted: "enc:", contentFormat: "text" },
        program: { requestKey: keyOf("request"), asked: keyOf("asked"), told: null, body: keyOf("body"), retries: 0 },
      }),
    retitle: (turns) => turns.retitle(turn(1), "enc:", "enc:"),
    requestStop: (turns) => turns.requestStop(id("users", 2), id("messages", 1), now),
    findLive: (turns) => turns.findLive([id("messages", 1), id("messages", 2)]),
    findOrphans: [(turns) => turns.findOrphans(randomUUIDv7(), [], false), (turns) => turns.findOrphans(randomUUIDv7(), [], true)],
    endOrphan: (turns) =>
      turns.endOrphan(
        orphan(4),
        { content: { contentEncrypted: "enc:", contentFormat: "text" }, isSilent: true },
        { status: "stopped", error: null },
      ),
    takeOver: (turns) => turns.takeOver(orphan(4), randomUUIDv7()),
    finish: (turns) =>
      turns.finish(
        { ...turn(1), agentId: id("agents", 1) },
        { contentEncrypted: "enc:", contentFormat: "text", usage: null },
        { status: "complete", error: null },
        now,
      ),
  }),
  ...of(SessionDeletionRepository, {
    claim: (deletion) => deletion.claim(now, now, { inAll: 20, ofAgent: 3 }),
    add: (deletion) => deletion.add(id("agents", 1), "s-1"),
    putOffAll: (deletion) => deletion.putOffAll(id("agents", 1), now, now),
    done: (deletion) => deletion.done({ agentId: id("agents", 1), session: "s-1", attempts: 1 }),
    putOff: (deletion) => deletion.putOff({ agentId: id("agents", 1), session: "s-1" }, now),
  }),
  ...of(BranchesRepository, {
    find: [(branches) => branches.find(user, id("messages", 20)), (branches) => branches.find(user, id("messages", 19))],
    findQuestion: (branches) => branches.findQuestion(id("conversations", 21), id("messages", 20)),
    show: [(branches) => branches.show(user, id("messages", 39), now), (branches) => branches.show(user, id("messages", 40), now)],
    setSession: (branches) => branches.setSession(id("messages", 20), "conv-1"),
    tell: [null, id("messages", 20)].map(
      (afterId) => (branches) =>
        branches.tell(
          { userId: user, conversationId: id("conversations", 21) },
          afterId,
          [{ id: randomUUIDv7(), role: "user", contentEncrypted: "enc:", contentFormat: "text" }],
          { now, maxPerUser: 5 },
        ),
    ),
  }),
  ...of(ProgramMarksRepository, { forgetPreface: (marks) => marks.forgetPreface(id("messages", 20)) }),
  ...of(OpenAiAgentsRepository, { list: (agents) => agents.list(user) }),
  ...of(OpenAiConversationsRepository, {
    findConversation: (programs) => programs.findConversation(user, keyOf("alike 3")),
    hasConversation: (programs) => programs.hasConversation(user, id("agents", 1), id("conversations", 3)),
    bind: (programs) => programs.bind(user, keyOf("alike 3"), id("conversations", 3)),
    findAnswers: (programs) => programs.findAnswers(id("conversations", 3), [keyOf("asked 1"), keyOf("asked 2")], 20),
    findAnswer: (programs) => programs.findAnswer(user, id("messages", 20)),
    findFollower: [null, id("messages", 20)].map((afterId) => (programs) => programs.findFollower(id("conversations", 3), afterId)),
    toldBefore: [null, id("messages", 20)].map((beforeId) => (programs) => programs.toldBefore(id("conversations", 3), beforeId)),
  }),
  ...of(OpenAiTurnsRepository, {
    findRequest: (programs) => programs.findRequest(user, keyOf("request 3"), hourAgo),
    noteReader: (programs) => programs.noteReader(id("messages", 20), randomUUIDv7()),
    isReadElsewhere: (programs) => programs.isReadElsewhere(id("messages", 20), randomUUIDv7()),
    forgetRequest: (programs) => programs.forgetRequest(user, keyOf("request 3")),
  }),
  ...of(WaitingMessagesRepository, {
    list: (waiting) => waiting.list(user, id("conversations", 3)),
    findNext: (waiting) => waiting.findNext(id("conversations", 3)),
    findLeft: (waiting) => waiting.findLeft(new Date(now.getTime() - 60 * 60_000), 50),
    add: (waiting) => waiting.add(user, id("conversations", 3), { id: randomUUIDv7(), contentEncrypted: "enc:", most: 5, now }),
    putNext: (waiting) => waiting.putNext(user, id("waiting_messages", 3)),
    remove: (waiting) => waiting.remove(user, id("waiting_messages", 3)),
  }),
  ...of(TurnFilesRepository, { findAgent: (files) => files.findAgent(user, id("conversations", 3)) }),
  ...of(FilesRepository, {
    usedBytes: (files) => files.usedBytes(user),
    reserve: [null, { messageId: id("messages", 1), sourceMark: "mark" }].map(
      (made) => (files) =>
        files.reserve({ id: randomUUIDv7(), userId: user, nameEncrypted: "enc:", keyEncrypted: "enc:", sizeBytes: 1, made, now }, 1e9),
    ),
    finish: (files) => files.finish(id("files", 5), "text/plain", now),
    drop: (files) => files.drop(id("files", 5)),
    find: (files) => files.find(user, id("files", 1)),
    findForMessage: (files) => files.findForMessage(user, id("conversations", 3), [id("files", 1), id("files", 5)]),
    removeDraft: (files) => files.removeDraft(user, id("files", 1)),
    removeLeft: (files) => files.removeLeft({ draftsUntil: hourAgo, unfinishedUntil: hourAgo }),
  }),
  ...of(FilePiecesRepository, {
    add: (pieces) => pieces.add(id("files", 5), 1, Buffer.from("sealed")),
    find: (pieces) => pieces.find(id("files", 1), 0),
  }),
  ...of(TurnLogRepository, {
    append: (log) => log.append(id("messages", 10_001), randomUUIDv7(), { seq: 7, payloadEncrypted: "enc:" }),
    read: (log) => log.read(id("messages", 10_001), 1, 100),
    findAnswer: (log) => log.findAnswer(user, id("messages", 10_001)),
  }),
];

const afterAll = "ffffffff-ffff-ffff-ffff-ffffffffffff";

const search: readonly Call[] = [
  ...of(SearchRepository, {
    candidates: [
      (rows) => rows.candidates(user, "'token-1'", afterAll, 300),
      (rows) => rows.candidates(user, "'token-1' & 'of-all'", id("messages", 5_000), 300),
    ],
    messages: (rows) => rows.messages(user, [id("messages", 1), id("messages", 2)]),
    titles: (rows) => rows.titles(user, "'title-1'", 100),
    isBehind: (rows) => rows.isBehind(afterAll),
  }),
  ...of(SearchIndexRepository, {
    messagesToIndex: (rows) => rows.messagesToIndex(50, 1024 * 1024),
    indexMessages: (rows) => rows.indexMessages([{ id: id("messages", 1), userId: user, version: "3", tokens: "one two" }]),
    titlesToIndex: (rows) => rows.titlesToIndex(50),
    indexTitles: (rows) => rows.indexTitles([{ id: id("conversations", 1), userId: user, titleEncrypted: "enc:", tokens: "one two" }]),
  }),
  ...of(SearchKeysRepository, {
    find: (keys) => keys.find(user),
    add: (keys) => keys.add(user, "enc:"),
  }),
];

const installation: readonly Call[] = [
  ...of(HealthRepository, { ping: (health) => health.ping(), clockMs: (health) => health.clockMs() }),
  ...of(ApiProcessesRepository, {
    tell: (processes) => processes.tell(randomUUIDv7(), ""),
    findDead: (processes) => processes.findDead(),
    forget: (processes) => processes.forget([randomUUIDv7()]),
  }),
  ...of(SystemConfigRepository, {
    find: (settings) => settings.find("a"),
    all: (settings) => settings.all(["a", "b"]),
    setIfAbsent: (settings) => settings.setIfAbsent("a", { value: "1", isEncrypted: false }, { group: null, audit: null }),
    change: (settings) => settings.change("a", "oidc", () => ({ setting: { value: "2", isEncrypted: false }, audit })),
  }),
];

/** Every query of the application. Those that change something come after those that read it. */
const delivery = { messageId: id("messages", 3), deviceId: id("push_devices", 4), userId: id("users", 4), attempts: 1, isStale: false };
const times = { graceMs: 0, leaseMs: 1_000, staleMs: 1_000 };
const push: readonly Call[] = [
  ...of(PushDevicesRepository, {
    list: (devices) => devices.list(user, now),
    find: (devices) => devices.find(user, id("push_devices", 1)),
    save: (devices) =>
      devices.save({
        userId: id("users", 2),
        sessionId: id("sessions", 2),
        showsText: true,
        most: 5,
        newId: randomUUIDv7(),
        seal: () => "enc:",
      }),
    remove: (devices) => devices.remove(id("users", 5), id("push_devices", 5)),
    forget: (devices) => devices.forget({ id: id("push_devices", 6), subscriptionEncrypted: "enc:" }),
    noteSent: (devices) => devices.noteSent(id("push_devices", 7)),
    noteFailure: (devices) => devices.noteFailure(id("push_devices", 7), "no"),
  }),
  ...of(PushDeliveriesRepository, {
    waiting: (deliveries) => deliveries.waiting([id("messages", 1), id("messages", 3)]),
    drop: (deliveries) => deliveries.drop(user, id("messages", 1)),
    claim: (deliveries) => deliveries.claim(16, [user], times),
    find: (deliveries) => deliveries.find(delivery, now),
    end: (deliveries) => deliveries.end(delivery),
    release: (deliveries) => deliveries.release(delivery, 1_000),
    putOff: (deliveries) => deliveries.putOff(delivery, 1_000),
  }),
];

export const everyQuery: readonly Call[] = [...installation, ...signIn, ...models, ...agents, ...talk, ...search, ...push, ...accounts];
