const contextBlock = /<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>>[\s\S]*?(?:<<<END_OPENCLAW_INTERNAL_CONTEXT>>>|$)/g;
/** Mosaic's own, at the end of what a person says. */
const placeForFiles = /\[Files that you make for this person in this conversation: [^\]\n]{0,300}\]/g;
const timestamp = /^\[(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d{4}-\d{2}-\d{2} \d{2}:\d{2}[^\]\n]*\] ?/;
const runtimeLine = /^\s*Runtime: (?:name|agent|session|host)=/;
const queuedMarker = "[Queued user message from a previous active turn; preserved as context only. Continue with the active prompt below.]";

const retryMarker = "[Retry after the previous model attempt failed or timed out]";
/** What OpenClaw says in the person's place when a model call failed or came to nothing. */
const ownPrompts = [
  "Continue the current task from the existing transcript, preserving completed work.",
  "Continue the OpenClaw runtime event.",
  "The previous attempt did not produce a user-visible answer.",
  "The previous attempt compacted the conversation context before producing",
];

/**
 * Takes away what OpenClaw puts around a person's words before they reach the
 * model: a timestamp, a `Runtime:` line, blocks of internal context, and the
 * text of an earlier turn that was broken off; also the line in which Mosaic tells
 * where files for the person go. What is left is what was typed:
 * nothing, where OpenClaw itself asks the model to go on after a failure.
 */
export function stripOpenClawFraming(text: string): string {
  const withoutContext = text.replaceAll(contextBlock, "").replaceAll(placeForFiles, "").trim();
  const withoutRuntime = dropRuntimeLine(withoutContext);
  const withoutTime = withoutRuntime.replace(timestamp, "");
  return dropQueuedMessages(withoutTime.replace(retryMarker, "").trimStart()).trim();
}

/** It is the last line. */
function dropRuntimeLine(text: string): string {
  const lineStart = text.lastIndexOf("\n") + 1;
  return runtimeLine.test(text.slice(lineStart)) ? text.slice(0, lineStart).trimEnd() : text;
}

/** How OpenClaw shows the words of a turn that was broken off to the next turn. */
export function prependQueuedMessage(queued: string, prompt: string): string {
  return [queuedMarker, queued, "", prompt].join("\n");
}

/**
 * Several broken-off turns nest: marker, marker, first text, blank, second text,
 * blank, prompt. The format does not say where a text of several paragraphs ends,
 * so each one is taken to be a single paragraph. Where OpenClaw's own prompt is the
 * last, it repeats the turn that just failed: the words before it are the person's.
 */
function dropQueuedMessages(text: string): string {
  let rest = text;
  let queuedCount = 0;
  while (rest.startsWith(queuedMarker)) {
    rest = rest.slice(queuedMarker.length).trimStart().replace(timestamp, "");
    queuedCount += 1;
  }
  const paragraphs = rest.split(/\n\s*\n/);
  const typed = paragraphs.filter((paragraph) => !isOwnPrompt(paragraph));
  const ownCount = paragraphs.length - typed.length;
  if (queuedCount === 0 && ownCount === 0) return rest;
  return typed
    .slice(Math.max(0, queuedCount - ownCount))
    .join("\n\n")
    .replace(timestamp, "");
}

function isOwnPrompt(paragraph: string): boolean {
  return ownPrompts.some((prompt) => paragraph.startsWith(prompt));
}
