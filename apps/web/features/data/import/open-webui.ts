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
 * Open WebUI: an element of the file of Settings → Data controls → Export chats, or of one chat's own export. `chat.history.messages` has the messages by
 * their ids, with `parentId` and `childrenIds`; `history.currentId` ends the branch that is shown. Thoughts and calls of tools are items of `output`, or
 * `<details>` in the text. After https://github.com/open-webui/open-webui/blob/main/src/lib/utils/index.ts (`getImportOrigin`, `processDetails`) and
 * https://github.com/danny-avila/LibreChat/blob/main/api/server/utils/import/__data__/openwebui-export.json.
 */
export const isOpenWebUi = (value: Fields): boolean => isObject(fieldsOf(chatOf(value)["history"])["messages"]);

const chatOf = (value: Fields): Fields => (isObject(value["chat"]) ? fieldsOf(value["chat"]) : value);

export const fromOpenWebUi = (value: Fields): ForeignConversation => {
  const omissions: Omission[] = [];
  const chat = chatOf(value);
  const history = fieldsOf(chat["history"]);
  return {
    source: "open_webui",
    id: idOf(value["id"]) ?? idOf(chat["id"]) ?? "",
    title: textOf(value["title"]) || textOf(chat["title"]),
    activeId: idOf(history["currentId"]),
    isPinned: value["pinned"] === true,
    isArchived: value["archived"] === true,
    createdAtMs: timeOf(value["created_at"]) ?? timeOf(chat["timestamp"]),
    updatedAtMs: timeOf(value["updated_at"]),
    messages: Object.entries(fieldsOf(history["messages"])).map(([id, message]) => messageOf(id, fieldsOf(message), omissions)),
    omissions,
  };
};

const messageOf = (id: string, message: Fields, omissions: Omission[]): ForeignMessage => {
  const place = { id, parentId: idOf(message["parentId"]), atMs: timeOf(message["timestamp"]) };
  const role = message["role"];
  if (role !== "user" && role !== "assistant") {
    omissions.push(role === "system" ? "system_message" : "broken_message");
    return { ...place, role: null, parts: [], status: "complete" };
  }
  const output = listOf(message["output"]);
  const said = output.length > 0 ? partsOfOutput(output, omissions) : partsOfText(id, contentText(message["content"]));
  const error = fieldsOf(message["error"]);
  const fault = textPart(textOf(error["content"]));
  const parts = [...said, ...fault, ...listOf(message["files"]).map((file) => missingFile(fieldsOf(file), omissions))];
  const status = fault.length > 0 ? (said.length > 0 ? "broken_off" : "failed") : message["done"] === false ? "broken_off" : "complete";
  return { ...place, role, parts, status };
};

/** Texts in a list are what the API of OpenAI calls content parts. */
const contentText = (content: unknown): string =>
  typeof content === "string"
    ? content
    : listOf(content)
        .map((part) => textOf(fieldsOf(part)["text"]))
        .join("\n");

const missingFile = ({ type, name, file }: Fields, omissions: Omission[]): MessagePart => {
  if (type === "image") {
    omissions.push("image");
    return missingPart(m.anImage);
  }
  omissions.push("file");
  const called = (textOf(name) || textOf(fieldsOf(file)["filename"])).slice(0, 200);
  return missingPart(called === "" ? m.aFile : m.theFile(called));
};

const partsOfOutput = (output: readonly unknown[], omissions: Omission[]): readonly MessagePart[] =>
  output.flatMap((one): readonly MessagePart[] => {
    const item = fieldsOf(one);
    const texts = (list: unknown): string =>
      listOf(list)
        .map((piece) => textOf(fieldsOf(piece)["text"]))
        .join("");
    switch (item["type"]) {
      case "reasoning":
        return thoughtPart(texts(item["content"]) || texts(item["summary"]));
      case "message":
        return textPart(texts(item["content"]));
      case "function_call":
        return [toolPart(textOf(item["call_id"]) || textOf(item["id"]), textOf(item["name"]), { input: jsonOf(item["arguments"]) })];
      case "function_call_output":
        return [toolPart(textOf(item["call_id"]), "", { output: texts(item["output"]) || jsonOf(item["output"]) })];
      default:
        omissions.push("other_content");
        return [];
    }
  });

const opens = "<details type=";
const closes = "</details>";

/** Text with `<details type="…">` in it. What is opened and not closed is text. */
const partsOfText = (id: string, text: string): readonly MessagePart[] => {
  const parts: MessagePart[] = [];
  let from = 0;
  for (let at = text.indexOf(opens); at >= 0; at = text.indexOf(opens, from)) {
    const end = text.indexOf(closes, at);
    if (end < 0) break;
    parts.push(...textPart(text.slice(from, at)), ...partOfDetails(`${id}-${at}`, text.slice(at, end)));
    from = end + closes.length;
  }
  return [...parts, ...textPart(text.slice(from).trimStart())];
};

const partOfDetails = (id: string, details: string): readonly MessagePart[] => {
  const head = details.slice(0, details.indexOf(">") + 1);
  const summaryEnd = details.indexOf("</summary>");
  const body = details.slice(summaryEnd < 0 ? head.length : summaryEnd + "</summary>".length).trim();
  const attribute = (name: string): string => {
    const start = head.indexOf(` ${name}="`);
    const from = start + name.length + 3;
    return start < 0 ? "" : withoutEntities(head.slice(from, head.indexOf('"', from)));
  };
  if (attribute("type") === "reasoning") {
    const quoted = withoutEntities(body)
      .split("\n")
      .map((line) => line.replace(/^> ?/, ""));
    return thoughtPart(quoted.join("\n"));
  }
  return [toolPart(id, attribute("name"), { input: attribute("arguments"), output: attribute("result") || withoutEntities(body) })];
};

const entities: Readonly<Record<string, string>> = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&#x27;": "'", "&amp;": "&" };

const withoutEntities = (text: string): string => text.replaceAll(/&(?:lt|gt|quot|#39|#x27|amp);/g, (entity) => entities[entity] ?? entity);
