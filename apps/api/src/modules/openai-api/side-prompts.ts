import type { IncomingHttpHeaders } from "node:http";
import type { ClientRequest } from "./chat-request.js";

/** Open WebUI names its tasks so (`title_generation`, `tags_generation`, …) where its connection sends `X-OpenWebUI-Task`; what a person says has no name. */
const taskName = /^[a-z][a-z0-9_]{0,63}$/;

/** The beginnings of LibreChat's questions for a title, which nothing else marks (`src/utils/title.ts` of its agents, `title.js` of its assistants). */
const titleQuestions = [
  "analyze this conversation and provide:\n1. the detected language of the conversation",
  "provide a concise, 5-word-or-less title for the conversation",
  "please generate a concise, 5-word-or-less title for the conversation",
  "please generate a concise title (max 40 characters) for a conversation that starts with",
];

/**
 * Whether a request is one that a chat program makes for itself, such as a title for its list: it is the model's alone, and never comes into the memory of
 * an agent.
 */
export function isSidePrompt(
  headers: IncomingHttpHeaders,
  { messages, instructions }: Pick<ClientRequest, "messages" | "instructions">,
): boolean {
  const task = headers["x-openwebui-task"];
  if (typeof task === "string" && taskName.test(task.trim().toLowerCase())) {
    return true;
  }
  // LibreChat asks for a title as the system, unless it is told otherwise.
  const last = messages.at(-1) ?? { role: "user", text: instructions };
  const asked = last.role === "user" ? last.text.slice(0, 400).replace(/\r\n?/g, "\n").trimStart().toLowerCase() : "";
  return titleQuestions.some((question) => asked.startsWith(question));
}
