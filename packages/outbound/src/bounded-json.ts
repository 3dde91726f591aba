export type BoundedJson =
  | { readonly isReadable: true; readonly value: unknown }
  | { readonly isReadable: false; readonly fault: "not_json" | "too_deep" };

export const defaultMaxJsonDepth = 32;

/** JSON of a stranger, nested no deeper than `maxDepth`: whatever walks through it later may do so recursively. */
export function parseBoundedJson(text: string, maxDepth: number = defaultMaxJsonDepth): BoundedJson {
  if (depthOf(text, maxDepth) > maxDepth) {
    return { isReadable: false, fault: "too_deep" };
  }
  try {
    return { isReadable: true, value: JSON.parse(text) as unknown };
  } catch {
    return { isReadable: false, fault: "not_json" };
  }
}

/** Stops at the first bracket that is too deep. Text that is no JSON gets some number, and is refused by the parser. */
function depthOf(text: string, maxDepth: number): number {
  let depth = 0;
  let deepest = 0;
  let isInString = false;
  for (let index = 0; index < text.length && deepest <= maxDepth; index += 1) {
    const character = text[index];
    if (isInString) {
      index += character === "\\" ? 1 : 0;
      isInString = character !== '"';
    } else if (character === '"') {
      isInString = true;
    } else if (character === "{" || character === "[") {
      depth += 1;
      deepest = Math.max(deepest, depth);
    } else if (character === "}" || character === "]") {
      depth -= 1;
    }
  }
  return deepest;
}
