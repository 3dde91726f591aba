import type { MessagePart } from "@mosaic/contracts/message-parts";
import {
  fieldsOf,
  idOf,
  isObject,
  jsonOf,
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
 * LibreChat: one conversation a file, from its menu (Export, JSON). `messages` is a list with `messageId` and `parentMessageId`, or, with `recursive`, a tree
 * in `children`; older releases call it `messagesTree`. After https://github.com/danny-avila/LibreChat/blob/main/client/src/hooks/Conversations/useExportConversation.ts
 * and https://github.com/danny-avila/LibreChat/blob/main/api/server/utils/import/importers.js.
 */
export const isLibreChat = (value: Fields): boolean =>
  idOf(value["conversationId"]) !== null && (isObject(value["messages"]) || isObject(value["messagesTree"]));

/** Whatever follows it is a first message. */
const noParent = "00000000-0000-0000-0000-000000000000";

export const fromLibreChat = (value: Fields): ForeignConversation => {
  const omissions: Omission[] = [];
  const messages = flat(value["messagesTree"] ?? value["messages"]).map(([message, parentId]) => messageOf(message, parentId, omissions));
  return {
    source: "librechat",
    id: idOf(value["conversationId"]) ?? "",
    title: textOf(value["title"]),
    activeId: null,
    isPinned: false,
    isArchived: false,
    createdAtMs: null,
    updatedAtMs: null,
    messages: messages.filter((message) => message !== null),
    omissions,
  };
};

/** A tree as deep as a file can make it, without a deep stack. Parents come before their children. */
const flat = (root: unknown): [Fields, string | null][] => {
  const found: [Fields, string | null][] = [];
  const open: [unknown, string | null][] = (Array.isArray(root) ? root : [root]).map((one: unknown): [unknown, null] => [one, null]);
  open.reverse();
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [value, above] = next;
    const message = fieldsOf(value);
    const { messageId, parentMessageId, children } = message;
    found.push([message, above ?? idOf(parentMessageId)]);
    for (const child of listOf(children).toReversed()) {
      open.push([child, idOf(messageId) ?? above]);
    }
  }
  return found;
};

const messageOf = (message: Fields, parentId: string | null, omissions: Omission[]): ForeignMessage | null => {
  const id = idOf(message["messageId"]);
  const isRoot = Array.isArray(message["children"]) && id === null;
  if (id === null) {
    if (!isRoot) omissions.push("broken_message");
    return null;
  }
  const role = message["isCreatedByUser"] === true || textOf(message["sender"]).toLowerCase() === "user" ? "user" : "assistant";
  const content = listOf(message["content"]);
  const said =
    content.length > 0
      ? content.flatMap((one, index) => partsOf(`${id}-${index}`, fieldsOf(one), omissions))
      : textPart(textOf(message["text"]));
  const files = listOf(message["files"]).map((file) => missingFile(fieldsOf(file), omissions));
  return {
    id,
    parentId: parentId === noParent ? null : parentId,
    role,
    parts: [...said, ...files],
    status: message["error"] === true ? "failed" : message["unfinished"] === true ? "broken_off" : "complete",
    atMs: timeOf(message["createdAt"]),
  };
};

const partsOf = (id: string, part: Fields, omissions: Omission[]): readonly MessagePart[] => {
  const text = typeof part["text"] === "string" ? part["text"] : textOf(fieldsOf(part["text"])["value"]);
  switch (part["type"]) {
    case "text":
      return textPart(text);
    case "error":
      return textPart(text || textOf(part["error"]));
    case "think":
      return thoughtPart(typeof part["think"] === "string" ? part["think"] : textOf(fieldsOf(part["think"])["value"]));
    case "tool_call": {
      const call = fieldsOf(part["tool_call"]);
      const named = fieldsOf(call["function"]);
      const input = jsonOf(call["args"] ?? named["arguments"] ?? call["code_interpreter"]);
      return [
        toolPart(textOf(call["id"]) || id, textOf(call["name"]) || textOf(named["name"]), {
          input,
          output: jsonOf(call["output"] ?? named["output"]),
        }),
      ];
    }
    case "image_file":
    case "image_url":
      omissions.push("image");
      return [missingPart(m.anImage)];
    default:
      omissions.push("other_content");
      return [];
  }
};

const missingFile = ({ filename, type }: Fields, omissions: Omission[]): MessagePart => {
  const isImage = textOf(type).startsWith("image/");
  omissions.push(isImage ? "image" : "file");
  const name = textOf(filename).slice(0, 200);
  return missingPart(name === "" ? (isImage ? m.anImage : m.aFile) : m.theFile(name));
};
