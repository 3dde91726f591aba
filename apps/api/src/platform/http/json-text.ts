/** Deeper than any request of the contract, many times over. */
const maxDepth = 32;
/** More values than any request of the contract has. */
const valuesOfRequest = 4_000;

const quote = 0x22;
const backslash = 0x5c;
const letterU = 0x75;
const opening = new Set([0x7b, 0x5b]);
const closing = new Set([0x7d, 0x5d]);
const comma = 0x2c;

/**
 * What is wrong with a text that claims to be JSON, found in one pass before it is parsed: how deep and how many its values are, and escapes
 * of what Postgres can't hold as text (NUL, halves of surrogate pairs). Text that is no JSON at all is left to the parser.
 */
export function faultOfJsonText(text: string, maxValues = valuesOfRequest): string | null {
  let depth = 0;
  let values = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === quote) {
      const end = endOfString(text, index);
      if (end === null) {
        return "It holds text that can't be stored: a NUL, or half of a character.";
      }
      index = end;
    } else if (opening.has(code)) {
      depth += 1;
      values += 1;
    } else if (closing.has(code)) {
      depth -= 1;
    } else if (code === comma) {
      values += 1;
    }
    if (depth > maxDepth) {
      return `It is nested more than ${maxDepth} levels deep.`;
    }
    if (values > maxValues) {
      return `It holds more than ${maxValues.toLocaleString("en")} values.`;
    }
  }
  return null;
}

/** Where the string that begins at `start` ends; `null` if it can't be stored. */
function endOfString(text: string, start: number): number | null {
  let index = start + 1;
  while (index < text.length) {
    const code = text.charCodeAt(index);
    if (code === quote) {
      return index;
    }
    if (code !== backslash) {
      index += 1;
    } else if (text.charCodeAt(index + 1) !== letterU) {
      index += 2;
    } else {
      const length = lengthOfEscape(text, index);
      if (length === null) {
        return null;
      }
      index += length;
    }
  }
  return index;
}

/** The characters that an escape of one character takes. Decoded UTF-8 has no halves of characters, so only an escape can bring one in. */
function lengthOfEscape(text: string, start: number): number | null {
  const unit = unitAt(text, start);
  if (unit === 0 || isIn(unit, 0xdc00, 0xdfff)) {
    return null;
  }
  if (!isIn(unit, 0xd800, 0xdbff)) {
    return 6;
  }
  const isPair = text.startsWith("\\u", start + 6) && isIn(unitAt(text, start + 6), 0xdc00, 0xdfff);
  return isPair ? 12 : null;
}

function unitAt(text: string, start: number): number {
  return Number.parseInt(text.slice(start + 2, start + 6), 16);
}

function isIn(unit: number, from: number, to: number): boolean {
  return unit >= from && unit <= to;
}
