import { z } from "zod";
import { messageRole } from "./chat.js";
import { says } from "./field-faults.js";
import { messageParts } from "./message-parts.js";

/** Of one person at a time. */
export const maxShares = 100;

const what = {
  /** What the agent thought and the calls of its tools, too. */
  hasTools: z.boolean(),
  /** Files, too. */
  hasFiles: z.boolean(),
};

/** Members are named by their user names: nobody is shown a list of all. */
export const createShare = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("link"), ...what }),
    z.strictObject({
      kind: z.literal("members"),
      usernames: z.array(z.string().trim().toLowerCase().min(1).max(64)).min(1).max(20),
      ...what,
    }),
  ])
  .meta({ id: "CreateShare" });
export type CreateShare = z.infer<typeof createShare>;

const shareKind = z.enum(["link", "members"]);
export type ShareKind = z.infer<typeof shareKind>;

export const ownShare = z
  .object({
    id: z.uuid(),
    conversationId: z.uuid(),
    kind: shareKind,
    title: z.string(),
    /** Whom it is for. Nobody for a link. */
    members: z.array(z.string()),
    messageCount: z.int(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: "OwnShare" });
export type OwnShare = z.infer<typeof ownShare>;

/** `token`: of a link, told once. Only what is made of it is kept. */
export const createdShare = z.object({ share: ownShare, token: z.string().nullable() }).meta({ id: "CreatedShare" });
export type CreatedShare = z.infer<typeof createdShare>;

export const receivedShare = z
  .object({ id: z.uuid(), title: z.string(), ownerName: z.string(), messageCount: z.int(), createdAt: z.iso.datetime() })
  .meta({ id: "ReceivedShare" });
export type ReceivedShare = z.infer<typeof receivedShare>;

export const shareLists = z
  .object({
    own: z.array(ownShare),
    received: z.array(receivedShare),
    /** An admin allows links. While they don't, no link can be opened. */
    hasLinks: z.boolean(),
  })
  .meta({ id: "ShareLists" });
export type ShareLists = z.infer<typeof shareLists>;

export const sharedMessage = z
  .object({ role: messageRole, parts: messageParts, createdAt: z.iso.datetime() })
  .meta({ id: "SharedMessage" });
export type SharedMessage = z.infer<typeof sharedMessage>;

/** What opens a file of a copy, at `/api/shared-files/:ticket`, for an hour. */
export const sharedFile = z.object({ id: z.uuid(), ticket: z.string() });
export type SharedFile = z.infer<typeof sharedFile>;

/** What a ticket holds, sealed. */
export const sharedFileTicket = z.object({ shareId: z.uuid(), fileId: z.uuid(), untilMs: z.int() });

/** Some messages of a copy. */
export const sharedPage = z
  .object({
    title: z.string(),
    ownerName: z.string(),
    agentName: z.string(),
    agentEmoji: z.string(),
    createdAt: z.iso.datetime(),
    messages: z.array(sharedMessage),
    /** Of a link: those that the messages name by an id. A member reads them at `/api/shares/:id/file`. */
    files: z.array(sharedFile).optional(),
    /** `null`: these are the last ones. */
    nextPage: z.int().nullable(),
  })
  .meta({ id: "SharedPage" });
export type SharedPage = z.infer<typeof sharedPage>;

const page = z.coerce.number().int().min(0).max(10_000).default(0);
export const sharedPageQuery = z.strictObject({ page }).meta({ id: "SharedPageQuery" });
export type SharedPageQuery = z.infer<typeof sharedPageQuery>;

/** A preview is of an image or a text. */
const as = z.enum(["download", "preview"]).default("download");
export const sharedFileView = z.strictObject({ as }).meta({ id: "SharedFileView" });
export type SharedFileView = z.infer<typeof sharedFileView>;
/** `file`: that the page names. */
export const sharedFileQuery = z.strictObject({ page, file: z.uuid().toLowerCase(), as }).meta({ id: "SharedFileQuery" });
export type SharedFileQuery = z.infer<typeof sharedFileQuery>;

/** What stands behind the # of a link. */
export const shareToken = z
  .string()
  .max(43)
  .regex(/^[\w-]{43}$/, says.share_link);

export const openSharedLink = z
  .strictObject({ token: shareToken, page: z.int().min(0).max(10_000).default(0) })
  .meta({ id: "OpenSharedLink" });
export type OpenSharedLink = z.infer<typeof openSharedLink>;

export const continueShare = z.strictObject({ agentId: z.uuid() }).meta({ id: "ContinueShare" });
export type ContinueShare = z.infer<typeof continueShare>;

export const continueSharedLink = z.strictObject({ token: shareToken, agentId: z.uuid() }).meta({ id: "ContinueSharedLink" });
export type ContinueSharedLink = z.infer<typeof continueSharedLink>;

export const shareLinkSettings = z.strictObject({ isOn: z.boolean() }).meta({ id: "ShareLinkSettings" });
export type ShareLinkSettings = z.infer<typeof shareLinkSettings>;
