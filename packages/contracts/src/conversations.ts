import { z } from "zod";
import { says } from "./field-faults.js";
import { conversation, conversationTitle } from "./chat.js";

/**
 * What is left out stays. `folderId`: `null` takes it out of its folder. Pinning takes a conversation out of the archive, and archiving takes its pin off. `isListed`
 * puts one into the lists that was in none.
 */
export const updateConversation = z
  .strictObject({
    title: conversationTitle.optional(),
    isPinned: z.boolean().optional(),
    isArchived: z.boolean().optional(),
    isListed: z.literal(true).optional(),
    folderId: z.uuid().nullable().optional(),
  })
  .refine((change) => Object.values(change).some((value) => value !== undefined), says.what_to_change)
  .refine(({ isPinned, isArchived }) => isPinned !== true || isArchived !== true, {
    path: ["isArchived"],
    message: says.pinned_or_archived,
  })
  .meta({ id: "UpdateConversation" });
export type UpdateConversation = z.infer<typeof updateConversation>;

/** A place in the list, as an answer names it: only to be sent back. */
const conversationCursor = z.string().regex(/^[012]\.\d{1,14}\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, says.place_of_answer);

export const conversationListQuery = z
  .strictObject({
    agentId: z.uuid().optional(),
    /** Only what is in this folder. */
    folderId: z.uuid().optional(),
    /** The archive, in place of the list. */
    isArchived: z.stringbool({ truthy: ["true"], falsy: ["false"] }).default(false),
    /** The `nextCursor` of the page before, of the same list. */
    cursor: conversationCursor.optional(),
    pageSize: z.coerce.number().int().min(1).max(100).default(50),
  })
  .meta({ id: "ConversationListQuery" });
export type ConversationListQuery = z.infer<typeof conversationListQuery>;

/** The pinned ones first, then the one that was spoken in last. */
export const conversationList = z
  .object({
    conversations: z.array(conversation),
    /** Where the next page begins. `null`: there is none. */
    nextCursor: conversationCursor.nullable(),
  })
  .meta({ id: "ConversationList" });
export type ConversationList = z.infer<typeof conversationList>;
