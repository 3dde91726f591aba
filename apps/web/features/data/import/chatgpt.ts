import type { MessagePart } from "@mosaic/contracts/message-parts";
import {
  fieldsOf,
  idOf,
  isObject,
  listOf,
  missingPart,
  textOf,
  textPart,
  thoughtPart,
  timeOf,
  toolPart,
  type Fields,
  type ForeignConversation,
  type ForeignMessage,
  type Omission,
} from "@/features/data/import/foreign";
import { m } from "@messages/data";

/**
 * ChatGPT: an element of `conversations.json`, in the archive of Settings → Data controls → Export. `mapping` has the nodes of a tree, by their ids; the
 * first ones hold no message, or what the person does not see. After
 * https://github.com/mitkury/chatgpt-export-parser/blob/main/docs/chatgpt-data-export-format.md and the exports that LibreChat tests its import with
 * (https://github.com/danny-avila/LibreChat/tree/main/api/server/utils/import/__data__, `chatgpt-*.json`).
 */
export const isChatGpt = (value: Fields): boolean => isObject(value["mapping"]);

export const fromChatGpt = (value: Fields): ForeignConversation => {
  const omissions: Omission[] = [];
  const messages = Object.entries(fieldsOf(value["mapping"])).map(([id, node]) => messageOf(id, fieldsOf(node), omissions));
  return {
    source: "chatgpt",
    id: idOf(value["conversation_id"]) ?? idOf(value["id"]) ?? "",
    title: textOf(value["title"]),
    activeId: idOf(value["current_node"]),
    isPinned: false,
    isArchived: value["is_archived"] === true,
    createdAtMs: timeOf(value["create_time"]),
    updatedAtMs: timeOf(value["update_time"]),
    messages,
    omissions,
  };
};

const messageOf = (id: string, node: Fields, omissions: Omission[]): ForeignMessage => {
  const place = { id, parentId: idOf(node["parent"]), status: "complete", atMs: null } as const;
  const none = { ...place, role: null, parts: [] };
  if (!isObject(node["message"])) return none;
  const message = fieldsOf(node["message"]);
  const role = textOf(fieldsOf(message["author"])["role"]);
  const metadata = fieldsOf(message["metadata"]);
  const omission =
    role === "system" ? "system_message" : metadata["is_visually_hidden_from_conversation"] === true ? "hidden_message" : null;
  if (omission !== null) {
    omissions.push(omission);
    return none;
  }
  const parts = [...partsOf(id, message, omissions), ...attachments(metadata, omissions)];
  if (parts.length === 0) return none;
  const isWhole = ["finished_successfully", ""].includes(textOf(message["status"]));
  return {
    ...place,
    role: role === "user" ? "user" : "assistant",
    parts,
    status: isWhole ? "complete" : "broken_off",
    atMs: timeOf(message["create_time"]),
  };
};

const partsOf = (id: string, message: Fields, omissions: Omission[]): readonly MessagePart[] => {
  const content = fieldsOf(message["content"]);
  const author = fieldsOf(message["author"]);
  const said = contentOf(content, omissions);
  if (author["role"] === "tool") {
    return said.some(({ type }) => type === "notice")
      ? said
      : [toolPart(id, textOf(author["name"]), { output: plainOf(said) || textOf(content["text"]) })];
  }
  const recipient = textOf(message["recipient"]) || "all";
  if (author["role"] === "assistant" && recipient !== "all") {
    return [toolPart(id, recipient, { input: textOf(content["text"]) || plainOf(said) })];
  }
  return said;
};

const plainOf = (parts: readonly MessagePart[]): string => parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n");

const contentOf = (content: Fields, omissions: Omission[]): readonly MessagePart[] => {
  switch (content["content_type"]) {
    case "text":
    case "multimodal_text":
      return listOf(content["parts"]).flatMap((part) => pieceOf(part, omissions));
    case "code":
      return textPart(fenced(textOf(content["text"]), textOf(content["language"])));
    case "execution_output":
    case "system_error":
      return textPart(textOf(content["text"]));
    case "tether_quote":
      return textPart(textOf(content["text"]) || textOf(content["title"]));
    case "tether_browsing_display":
      return textPart(textOf(content["result"]) || textOf(content["summary"]));
    case "thoughts":
      return listOf(content["thoughts"]).flatMap((thought) => thoughtPart(thoughtOf(fieldsOf(thought))));
    case "reasoning_recap":
      return [];
    default:
      omissions.push("other_content");
      return [];
  }
};

const thoughtOf = ({ summary, content }: Fields): string => [textOf(summary), textOf(content)].filter((text) => text !== "").join("\n\n");

const pieceOf = (part: unknown, omissions: Omission[]): readonly MessagePart[] => {
  if (typeof part === "string") return textPart(part);
  const { content_type: type, text } = fieldsOf(part);
  if (type === "audio_transcription") return textPart(textOf(text));
  if (type === "image_asset_pointer") {
    omissions.push("image");
    return [missingPart(m.anImage)];
  }
  if (typeof type === "string" && type.includes("audio")) {
    omissions.push("audio");
    return [];
  }
  omissions.push("other_content");
  return [];
};

const attachments = (metadata: Fields, omissions: Omission[]): readonly MessagePart[] =>
  listOf(metadata["attachments"]).map((attachment) => {
    omissions.push("file");
    const name = textOf(fieldsOf(attachment)["name"]).slice(0, 200);
    return missingPart(name === "" ? m.aFile : m.theFile(name));
  });

/** A fence that is longer than any in the code. */
const fenced = (code: string, language: string): string => {
  if (code.trim() === "") return "";
  const longest = Math.max(2, ...Array.from(code.matchAll(/`+/g), ([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${/^[\w+#-]{1,30}$/.test(language) && language !== "unknown" ? language : ""}\n${code}\n${fence}`;
};
