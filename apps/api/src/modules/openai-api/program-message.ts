import { maxFilesPerMessage } from "@mosaic/contracts/files";
import { invalidFields } from "../../platform/errors/invalid-fields.js";
import { textOfToolResults, type BroughtTools } from "../turns/client-tools.js";
import { assertShort, type ClientFile, type ClientRequest } from "./chat-request.js";
import { splitNews } from "./client-history.js";

/** What a program brings with one request. */
export interface ProgramMessage {
  /** As a message of its owner's. */
  readonly content: string;
  readonly files: readonly ClientFile[];
  /** What the agent is to be told of the program's own instructions. `null`: it has none. */
  readonly preface: string | null;
  /** Tools that it runs itself, and what their calls have come to. `null`: it brings none. */
  readonly tools: BroughtTools | null;
}

/** Throws `invalid_input` where there is nothing new, or too many files. `path`: of the field that has the messages. */
export function messageOf(
  request: Pick<ClientRequest, "messages" | "instructions" | "tools" | "toolChoice">,
  path = "messages",
): ProgramMessage {
  const { history, news } = splitNews(request.messages);
  const words = news.flatMap(({ role, text }) => (role === "user" && text.trim() !== "" ? [text] : [])).join("\n\n");
  const results = news.flatMap(({ callId, text }) => (callId === null ? [] : [{ callId, content: text }]));
  const files = news.flatMap((message) => message.files);
  if (files.length > maxFilesPerMessage) {
    throw invalidFields([{ path, message: `At most ${maxFilesPerMessage} files with one message` }]);
  }
  const calls = history.at(-1)?.calls ?? [];
  const told = results.length === 0 ? [] : [textOfToolResults(results, calls)];
  const content = [...told, ...(words === "" ? [] : [words])].join("\n\n");
  assertShort(content, path, "What is new");
  assertShort(request.instructions, path, "System prompts");
  if (content === "" && files.length === 0) {
    throw invalidFields([{ path, message: "The last message must be the user's, and say something" }]);
  }
  const offered = request.toolChoice === "none" ? [] : request.tools;
  const toolChoice = request.toolChoice === null || offered.length === 0 ? {} : { toolChoice: request.toolChoice };
  const isNone = offered.length === 0 && results.length === 0;
  const preface = request.instructions === "" ? null : prefaceOf(request.instructions);
  return { content, files, preface, tools: isNone ? null : { tools: offered, ...toolChoice, results, calls, words } };
}

/** What the agent is told of the program's own instructions, before the message. */
function prefaceOf(instructions: string): string {
  const lines = instructions.split(/\r\n|[\n\r\u2028\u2029]/).map((line) => `> ${line}`);
  return ["[The program through which this message comes asks you to keep to this, until it says otherwise:", ...lines, "]"].join("\n");
}
