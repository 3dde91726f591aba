import type { MessagePart } from "@mosaic/contracts/message-parts";

const lineEnds = /\r\n|[\n\r\u2028\u2029]/;
/** Of code, at the margin: further in it may belong to a list, which ends elsewhere than it seems. */
const opensCode = /^(`{3,})[^`]*$|^(~{3,})/;

/**
 * What somebody wrote, as a quote: each line is marked, so nothing in it ends the quote and looks like what Mosaic wrote around it. Outside of code, HTML
 * and images are shown as text, so that opening the file in a viewer that allows them hides nothing and fetches nothing.
 */
export function quoted(text: string): string {
  let fence: string | null = null;
  const lines = text.split(lineEnds).map((line) => {
    if (fence !== null) {
      fence = closes(line, fence) ? null : fence;
      return line;
    }
    const [, ticks, tildes] = opensCode.exec(line) ?? [];
    fence = ticks ?? tildes ?? null;
    return fence === null ? withoutHtml(line) : line;
  });
  return lines.map((line) => (line === "" ? ">" : `> ${line}`)).join("\n");
}

/** One line of what somebody named, with nothing in it that Markdown reads. */
export function plainLine(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\u2028\u2029\s]+/gu, " ")
    .trim()
    .replaceAll(/[\\`*_{}[\]()<>#+\-.!|~&$:@]/g, (character) => `\\${character}`);
}

/** The parts of a message, one quote each. */
export function quotedParts(parts: readonly MessagePart[]): string {
  return parts.map(quotedPart).join("\n\n");
}

function quotedPart(part: MessagePart): string {
  switch (part.type) {
    case "text":
      return quoted(part.text);
    case "notice":
      return `*Notice:*\n\n${quoted(part.text)}`;
    case "reasoning":
      return `*Thoughts:*\n\n${quoted(part.text)}`;
    case "file":
      return `*File:* ${plainLine(part.name)} (${plainLine(part.mediaType)}, ${String(part.sizeBytes)} bytes)`;
    case "tool_call":
      return [
        `*Tool:* ${plainLine(part.name)} (${part.isForClient === true ? "asked of the program" : part.state})`,
        codeOf("Input", part.input),
        codeOf("Output", part.output),
      ]
        .filter((text) => text !== "")
        .join("\n\n");
  }
}

function codeOf(label: string, text: string | undefined): string {
  if (text === undefined || text === "") {
    return "";
  }
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${label}:\n\n${quoted(`${fence}\n${text}\n${fence}`)}`;
}

function closes(line: string, fence: string): boolean {
  const end = line.trimEnd().replace(/^ {0,3}/, "");
  return end.length >= fence.length && end === (fence[0] ?? "").repeat(end.length);
}

function withoutHtml(line: string): string {
  return line.replaceAll(/<(?=[a-z/!?])/gi, "&lt;").replaceAll("![", "!\\[");
}
