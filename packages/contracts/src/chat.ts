import { z } from "zod";
import { says } from "./field-faults.js";
import { containerStatus, stageProgress } from "./agent.js";
import { agentEventKind } from "./agent-event.js";
import { maxFilesPerMessage } from "./files.js";
import { answerUsage, filePart, messageParts, toolCallPart } from "./message-parts.js";
import { problem } from "./problem.js";

/** 64 KiB of text is more than a model's turn takes sensibly; larger things belong into files. */
export const messageMaxCharacters = 65_536;

export const messageRole = z.enum(["user", "assistant"]);
export type MessageRole = z.infer<typeof messageRole>;

/** `stopped`: by its user. `broken_off`: by a fault after some text came. `failed`: by a fault before any text came. */
export const messageStatus = z.enum(["streaming", "complete", "stopped", "broken_off", "failed"]);
export type MessageStatus = z.infer<typeof messageStatus>;

/** Of one message: a page reads all their places. */
export const messageMaxVersions = 100;

/** The versions of one message, which follow the same one: which of them this is, from 1 on, and those beside it. */
export const messageVersions = z
  .object({ place: z.int().positive(), count: z.int().min(2), previousId: z.uuid().nullable(), nextId: z.uuid().nullable() })
  .meta({ id: "MessageVersions" });
export type MessageVersions = z.infer<typeof messageVersions>;

export const message = z
  .object({
    id: z.uuid(),
    role: messageRole,
    /** Absent: there is no other version of it. */
    versions: messageVersions.optional(),
    /** What it says: the texts among its parts. */
    content: z.string(),
    parts: messageParts,
    /** What an answer took. `null`: nobody counted, or it has not ended. */
    usage: answerUsage.nullable(),
    status: messageStatus,
    error: problem.pick({ code: true, title: true, detail: true }).nullable(),
    /** Its agent has said this by itself. Absent: it belongs to a turn. */
    agentEvent: agentEventKind.optional(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: "Message" });
export type Message = z.infer<typeof message>;

export const conversationTitle = z.string().trim().min(1).max(120);

/** `folderId`: it begins in this folder. */
export const createConversation = z.strictObject({ agentId: z.uuid(), folderId: z.uuid().optional() }).meta({ id: "CreateConversation" });
export type CreateConversation = z.infer<typeof createConversation>;

export const conversation = z
  .object({
    id: z.uuid(),
    agentId: z.uuid(),
    title: z.string(),
    /** When the agent was given the last messages again, after it had lost its memory. Absent: never. */
    memoryGivenAt: z.iso.datetime().optional(),
    /** When it was imported, or copied from somebody: its agent knows nothing of what was said before. Absent: it began here. */
    importedAt: z.iso.datetime().optional(),
    /** The folder that it is in. Absent: none. */
    folderId: z.uuid().optional(),
    /** One that is pinned is not archived, and the other way round. */
    isPinned: z.boolean(),
    isArchived: z.boolean(),
    /** Only here: no list, search or notification has it, and it goes some time after its last message. Absent: it is in the lists. */
    isListed: z.literal(false).optional(),
    /** Something has come that its owner has not seen, on whatever device. Absent: from a release of before. */
    isUnread: z.boolean().optional(),
    /** In lists and after a change: the answer that is on its way, from whatever device it was asked for. Absent: none, or not looked for. */
    answeringId: z.uuid().optional(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: "Conversation" });
export type Conversation = z.infer<typeof conversation>;

/** It is sent once the answer under way in its conversation has ended well; after any other end it waits on, unless it is `isNext`. */
export const waitingMessage = z
  .object({ id: z.uuid(), content: z.string(), isNext: z.boolean(), createdAt: z.iso.datetime() })
  .meta({ id: "WaitingMessage" });
export type WaitingMessage = z.infer<typeof waitingMessage>;
/** What its owner has typed and not sent. `revision`: the saving page's own number of this text. */
export const draft = z.object({ revision: z.uuid(), content: z.string(), updatedAt: z.iso.datetime() }).meta({ id: "Draft" });
export type Draft = z.infer<typeof draft>;

export const conversationWithMessages = z
  .object({
    ...conversation.shape,
    /** The newest ones, oldest first. */
    messages: z.array(message),
    /** There are messages before these. */
    hasOlder: z.boolean(),
    /** What waits for the end of the answer under way, in the order in which it will be sent. Absent: from a release of before; `GET …/waiting` has it. */
    waiting: z.array(waitingMessage).optional(),
    /** What its owner has typed and not sent. Absent: from a release of before. */
    draft: draft.nullable().optional(),
  })
  .meta({ id: "ConversationWithMessages" });
export type ConversationWithMessages = z.infer<typeof conversationWithMessages>;

/** Some messages in a row of the path that is shown, oldest first. */
export const messagePage = z
  .object({ messages: z.array(message), hasOlder: z.boolean(), hasNewer: z.boolean() })
  .meta({ id: "MessagePage" });
export type MessagePage = z.infer<typeof messagePage>;

/** Which messages: those right before one, right after one, or one with its neighbours; the newest without any of them. */
export const messagePageQuery = z
  .strictObject({ before: z.uuid().optional(), after: z.uuid().optional(), around: z.uuid().optional() })
  .refine((query) => Object.values(query).filter((id) => id !== undefined).length <= 1, says.one_of_three_places)
  .meta({ id: "MessagePageQuery" });
export type MessagePageQuery = z.infer<typeof messagePageQuery>;

const writeFirst = says.write_something;
const messageContent = z
  .string()
  .max(messageMaxCharacters)
  .refine((value) => value.trim() !== "", writeFirst);

/** Without a text it has files. */
export const sendMessage = z
  .strictObject({
    content: z.string().max(messageMaxCharacters),
    /** Uploaded files that were not sent yet, or went along with an earlier message of this conversation. */
    fileIds: z.array(z.uuid()).max(maxFilesPerMessage).optional(),
    /** For an agent that has lost its memory: the last messages go along, as quotes. */
    withHistory: z.boolean().optional(),
    /** A message of one's own that is shown: this becomes another version of it, and what followed it a branch. */
    replaces: z.uuid().optional(),
  })
  .refine(({ content, fileIds = [] }) => content.trim() !== "" || fileIds.length > 0, { path: ["content"], error: writeFirst })
  .meta({ id: "SendMessage" });
export type SendMessage = z.infer<typeof sendMessage>;

/** The newest message that was seen: all before it was seen, too. */
export const markRead = z.strictObject({ messageId: z.uuid() }).meta({ id: "MarkRead" });
export type MarkRead = z.infer<typeof markRead>;

/** `revision` is made by whoever saves, and is another one for each text. */
export const saveDraft = z.strictObject({ revision: z.uuid(), content: messageContent }).meta({ id: "SaveDraft" });
export type SaveDraft = z.infer<typeof saveDraft>;

export const dropDraftQuery = z.strictObject({ revision: z.uuid() }).meta({ id: "DropDraftQuery" });
export type DropDraftQuery = z.infer<typeof dropDraftQuery>;

export const currentDraft = z.object({ draft: draft.nullable() }).meta({ id: "CurrentDraft" });
export type CurrentDraft = z.infer<typeof currentDraft>;

/** In one conversation. */
export const maxWaitingMessages = 5;

export const addWaitingMessage = z.strictObject({ content: messageContent }).meta({ id: "AddWaitingMessage" });
export type AddWaitingMessage = z.infer<typeof addWaitingMessage>;

/** In the order in which they will be sent. */
export const waitingMessages = z.object({ waiting: z.array(waitingMessage) }).meta({ id: "WaitingMessages" });
export type WaitingMessages = z.infer<typeof waitingMessages>;

/**
 * What is said of a turn, each as an SSE event named by `type` with the object as JSON data and its number as `id`. The order is: `accepted`, then
 * any of `stage`, `notice`, `delta`, `reasoning`, `tool_call` and `file`, then exactly one `done`. `POST /api/conversations/:id/messages` answers with it, and
 * `GET /api/turns/:id/events` with what comes after the number in `Last-Event-ID`; closing a stream stops nothing. `withEvent` makes the answer's parts of them. A turn that failed also ends with
 * `done`: its message carries the status and the error, and `problem` says it for the page.
 */
export const turnEvent = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("accepted"),
    userMessage: message,
    answerId: z.uuid(),
    title: z.string(),
    /** A program brought tools of its own, which only the process knows that began the turn: no other goes on with it. Absent: it brought none. */
    hasClientTools: z.literal(true).optional(),
  }),
  z.object({ type: z.literal("stage"), ...stageProgress.shape }),
  z.object({ type: z.literal("notice"), code: z.enum(["provider_slow", "agent_slow", "files_on_their_way"]), detail: z.string() }),
  z.object({ type: z.literal("delta"), text: z.string() }),
  z.object({ type: z.literal("reasoning"), text: z.string() }),
  toolCallPart,
  filePart,
  /** Another process goes on with the answer of one that died. What was told after the last event that it knows of is told again: these parts take the place of all before. */
  z.object({ type: z.literal("resumed"), parts: messageParts }),
  z.object({ type: z.literal("done"), message, problem: problem.nullable() }),
]);
export type TurnEvent = z.infer<typeof turnEvent>;

/** The number of the last event that a reader has, as `Last-Event-ID` or as `after` in the address. */
export const eventNumber = z
  .string()
  .regex(/^\d{1,9}$/, says.event_number)
  .transform(Number);

export const turnEventsQuery = z.strictObject({ after: eventNumber.optional() });
export type TurnEventsQuery = z.infer<typeof turnEventsQuery>;

/** What every open page of the owner hears on `GET /api/events`. */
export const ownerEvent = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("agent"),
    agentId: z.uuid(),
    status: containerStatus,
    stage: stageProgress.nullable(),
    error: z.object({ code: z.string(), detail: z.string() }).nullable(),
    /** A change that needs a restart waits for the end of the answer in flight. Absent: no, or as before while a start is under way. */
    isRestartPending: z.boolean().optional(),
    /** It was found to have lost its memory, just now. */
    memoryLostAt: z.iso.datetime().optional(),
    /** It is gone, with its conversations. */
    isDeleted: z.literal(true).optional(),
  }),
  z.object({
    type: z.literal("conversation"),
    conversationId: z.uuid(),
    /** It is being answered, or was until now. Absent: something else has changed. */
    turn: z.object({ answerId: z.uuid(), isOver: z.boolean() }).optional(),
    /** No list has it. Absent: one has it, or may have it. */
    isListed: z.literal(false).optional(),
    /** Only this has changed: its owner has seen all of it, on some page. */
    isRead: z.literal(true).optional(),
    /** Only this has changed: what was typed in it. Without a revision there is no draft any more. */
    draft: z.object({ revision: z.uuid().nullable() }).optional(),
  }),
  /** The owner's folders have changed. */
  z.object({ type: z.literal("folders") }),
  /** What the owner's agents are, or which models they can use, has changed. */
  z.object({ type: z.literal("agents") }),
  /** An agent has said something by itself. What has changed in the conversation is told by an event of its own. */
  z.object({ type: z.literal("agent_spoke"), agentId: z.uuid(), conversationId: z.uuid(), messageId: z.uuid(), kind: agentEventKind }),
  /** Only to pages that say they are in view: devices are told of this message in a moment, unless a page says that it is in view still. */
  z.object({ type: z.literal("push_due"), messageId: z.uuid() }),
]);
export type OwnerEvent = z.infer<typeof ownerEvent>;
