import { fileLine, type ConversationLine, type MessageLine } from "@mosaic/contracts/conversation-files";
import { fromChatGpt, isChatGpt } from "@/features/data/import/chatgpt";
import { fieldsOf, type Omission } from "@/features/data/import/foreign";
import { fromLibreChat, isLibreChat } from "@/features/data/import/librechat";
import { fromOpenWebUi, isOpenWebUi } from "@/features/data/import/open-webui";
import { settled } from "@/features/data/import/settled";

/** What a value of a file is. A file of Mosaic's own comes line by line, all others a conversation at a time. */
export type Recognised =
  | {
      readonly kind: "conversation";
      readonly lines: readonly [ConversationLine, ...MessageLine[]];
      readonly omissions: readonly Omission[];
    }
  | { readonly kind: "own"; readonly line: ConversationLine | MessageLine }
  | { readonly kind: "header" }
  | { readonly kind: "other_version" }
  | { readonly kind: "unknown" };

const readers = [
  { is: isChatGpt, read: fromChatGpt },
  { is: isOpenWebUi, read: fromOpenWebUi },
  { is: isLibreChat, read: fromLibreChat },
] as const;

export const recognised = (value: unknown, nowMs: number): Recognised => {
  const fields = fieldsOf(value);
  const own = fileLine.safeParse(value);
  if (own.success) return own.data.type === "header" ? { kind: "header" } : { kind: "own", line: own.data };
  if (fields["type"] === "header") return { kind: "other_version" };
  const reader = readers.find(({ is }) => is(fields));
  if (reader === undefined) return { kind: "unknown" };
  const { conversation, messages, omissions } = settled(reader.read(fields), nowMs);
  return { kind: "conversation", lines: [conversation, ...messages], omissions };
};
