import type { KeyObject } from "node:crypto";
import { createHmac } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import { piecesOf, type Piece } from "./text-pieces.js";

/** How many letters of a word's beginning are indexed. More lengths would tell apart more of what is decrypted in vain, and cost and show more. */
const prefixLengths = [3, 4, 6, 8];
const shortestPrefix = 3;
/** Of one text. A message as long as they come has as many; what comes after them in a longer one is not found. */
export const mostTokens = 8_000;
/** Between two turns of the event loop. */
const piecesAtOnce = 2_000;
/** 48 bits: of millions of tokens no two are alike, and one that was would be found out when the text is opened. */
const tokenCharacters = 8;

/** What is indexed of a text, before it is keyed. A short word as a whole, the beginnings of a longer one; of a run each character and each two neighbours. */
export async function featuresOf(text: string): Promise<Set<string>> {
  const features = new Set<string>();
  let count = 0;
  for (const piece of piecesOf(text)) {
    addFeatures(features, piece);
    count += 1;
    if (features.size >= mostTokens) {
      return new Set([...features].slice(0, mostTokens));
    }
    if (count % piecesAtOnce === 0) {
      await nextTurn();
    }
  }
  return features;
}

function addFeatures(features: Set<string>, { kind, folded }: Piece): void {
  if (kind === "run") {
    let former = "";
    for (const character of folded) {
      features.add(character);
      features.add(former + character);
      former = character;
    }
  } else if (folded.length < shortestPrefix) {
    features.add(folded);
  } else {
    for (const length of prefixLengths) {
      if (length <= folded.length) {
        features.add(folded.slice(0, length));
      }
    }
  }
}

/** The longest indexed beginning of a word that begins like this. */
export function featureOfPrefix(prefix: string): string {
  const length = prefixLengths.findLast((indexed) => indexed <= prefix.length);
  return length === undefined ? prefix : prefix.slice(0, length);
}

/** Of a run in a query: all must be in the text. */
export function featuresOfRun(folded: string): string[] {
  const characters = Array.from(folded);
  return characters.length < 2 ? characters : characters.slice(1).map((character, index) => `${characters[index] ?? ""}${character}`);
}

/** HMAC-SHA256 under the owner's key, cut short: as it stands in the index. */
export function tokenOf(key: KeyObject, feature: string): string {
  return createHmac("sha256", key).update(feature).digest("base64url").slice(0, tokenCharacters);
}
