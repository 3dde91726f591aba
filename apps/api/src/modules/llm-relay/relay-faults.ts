import { isIP } from "node:net";
import { Transform, type TransformCallback } from "node:stream";
import { redact } from "@mosaic/agent-backends/redact";

const hidden = "[hidden]";

/** Their addresses are no secret, and what they say links to their own pages. */
const knownVendors = ["openai.com", "anthropic.com", "claude.com", "z.ai", "ollama.com", "openrouter.ai"] as const;

const url = /\b(?:https?|wss?):\/\/([\w.-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?[^\s"'<>\\)\]}]{0,500}/gi;
/** Of clients that name what they called: `host='10.0.0.5'`, `hostname: llm`. */
const namedHost = /\b(host|hostname|server|upstream|base_?url|api_?base)(\\?["']?\s{0,3}[=:]\s{0,3}\\?["']?)[\w.:-]{1,253}/gi;
const address = /[0-9a-f:.]{3,45}/gi;
const account = /\b(?:org|proj|acct|team|user|wrkspc)[-_][A-Za-z0-9]{6,64}\b/g;
const mail = /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g;
/** Escapes of JSON are told from the names that they stand before. */
const nameOrEscape = /\\(?:["\\/bfnrt]|u[0-9a-f]{4})|[\w.-]+/gi;
const internalEndings: ReadonlySet<string> = new Set("local localdomain internal intranet lan home corp private svc".split(" "));

/** Who reads a fault reads its beginning. What is hidden in it is looked for on everybody's time. */
export const maxToldChars = 4_096;
const cutMark = " …";

/** What must not be told to the agent of somebody who may use a provider and not know it. */
export interface ProviderSecrets {
  readonly baseUrl: string;
  readonly apiKey: string | null;
}

/** The beginning of a provider's own words, without its key, its address, its network and its account. */
export function wordsForMembers(text: string, { baseUrl, apiKey }: ProviderSecrets): string {
  const begun = beginningOf(text);
  const withoutKey = redact(apiKey === null || apiKey === "" ? begun : begun.replaceAll(apiKey, hidden));
  const hosts = hostsOf(baseUrl);
  return withoutKey
    .replaceAll(mail, hidden)
    .replaceAll(account, hidden)
    .replaceAll(url, (whole, host: string) => (isVendors(host) ? whole : hidden))
    .replaceAll(namedHost, (_whole, word: string, gap: string) => `${word}${gap}${hidden}`)
    .replaceAll(address, (found) => hideAddress(found))
    .replaceAll(nameOrEscape, (word) => (word.startsWith("\\") ? word : hideName(word, hosts)));
}

/** Cut between two words: half a name or half a key would not be known as one. */
function beginningOf(text: string): string {
  if (text.length <= maxToldChars) {
    return text;
  }
  let end = maxToldChars;
  while (end > 0 && !/[\s"'<>]/.test(text.charAt(end - 1))) {
    end--;
  }
  return text.slice(0, end) + cutMark;
}

/** `127.0.0.1:80` and `1.2.3.4.` are addresses with something behind them. */
function hideAddress(found: string): string {
  const bare = found.replace(/[.:]$/, "");
  const withoutPort = /^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/.exec(bare)?.[1] ?? bare;
  return isIP(withoutPort) === 0 ? found : found.replace(bare, hidden);
}

/** The provider's own name, and the domain that it shares with others of its network. None of a vendor whom everybody knows. */
function hostsOf(baseUrl: string): readonly string[] {
  const host = URL.parse(baseUrl)?.hostname.toLowerCase() ?? "";
  if (host === "" || isVendors(host)) {
    return [];
  }
  if (isIP(host) !== 0) {
    return [host];
  }
  // A bare name is a word of the language too (`ollama`), but it is this provider's address all the same.
  const labels = host.split(".");
  return labels.length > 2 ? [labels.slice(-2).join(".")] : [host];
}

function hideName(word: string, hosts: readonly string[]): string {
  const name = word.toLowerCase();
  const isInternal = name.split(".").some((label, index) => index > 0 && internalEndings.has(label));
  return isInternal || hosts.some((host) => hasName(name, host)) ? hidden + (/[.-]$/.exec(word)?.[0] ?? "") : word;
}

/** Whether a name ends there: `ollama` is in `my.ollama.` and not in `ollama-2`. */
function hasName(word: string, name: string): boolean {
  for (let at = word.indexOf(name); at >= 0; at = word.indexOf(name, at + name.length)) {
    if (!/[\w-]/.test(word.charAt(at + name.length))) {
      return true;
    }
  }
  return false;
}

function isVendors(host: string): boolean {
  const name = host.toLowerCase();
  return knownVendors.some((vendor) => name === vendor || name.endsWith(`.${vendor}`));
}

const faultStart = /^(?:data:\s{0,3})?\{\s{0,3}"(?:error"|detail"|type"\s{0,3}:\s{0,3}"error"|object"\s{0,3}:\s{0,3}"error")/;
const decidedAfterBytes = 64;
const maxFaultBytes = 64 * 1024;
const newline = 0x0a;

/** Passes a stream of lines on as it comes, but for lines in which a provider tells of a fault: those go through `hide` whole. */
export class FaultLines extends Transform {
  private line: Buffer[] = [];
  private size = 0;
  private kind: "open" | "text" | "fault" = "open";

  constructor(private readonly hide: (words: string) => string) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    let from = 0;
    while (from < chunk.length) {
      const end = chunk.indexOf(newline, from);
      const to = end < 0 ? chunk.length : end + 1;
      this.takeBytes(chunk.subarray(from, to), end >= 0);
      from = to;
    }
    done();
  }

  override _flush(done: TransformCallback): void {
    this.takeBytes(Buffer.alloc(0), true);
    done();
  }

  private takeBytes(part: Buffer, endsLine: boolean): void {
    if (this.kind === "text") {
      this.push(part);
    } else {
      // Only the end of a fault that is too long is left out: half a name or half a key with other words behind it is not known as one.
      const kept = this.kind === "open" ? part : part.subarray(0, Math.max(0, maxFaultBytes - this.size));
      if (kept.length > 0) {
        this.line.push(kept);
        this.size += kept.length;
      }
    }
    if (this.kind === "open" && (endsLine || this.size >= decidedAfterBytes)) {
      const begun = Buffer.concat(this.line);
      this.kind = faultStart.test(begun.toString("latin1", 0, 200)) ? "fault" : "text";
      if (this.kind === "text") {
        this.push(begun);
      }
    }
    if (endsLine) {
      if (this.kind === "fault") {
        // The next line is none of this one, however much of it is told.
        const told = this.hide(Buffer.concat(this.line).toString("utf8"));
        this.push(part.at(-1) === newline && !told.endsWith("\n") ? `${told}\n` : told);
      }
      [this.line, this.size, this.kind] = [[], 0, "open"];
    }
  }
}
