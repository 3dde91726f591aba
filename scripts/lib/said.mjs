import { parseSync, Visitor } from "oxc-parser";

/** @typedef {{ type: string, start: number, end: number } & Record<string, any>} Node */

/** More than one word, with a beginning and an end: no name of a file, a class or a key looks like this. */
const isSentence = (/** @type {string} */ text) => {
  const line = text.trim();
  const isWhole = /^["“]?[\p{Lu}{]/u.test(line) && /[.?!]”?$/.test(line) && !line.includes("\n");
  return isWhole && line.split(/\s+/).length >= 3;
};

/** With `{0}`, `{1}` for its values; `null`: it is no text.  @param {Node} node @returns {string | null} */
function textOf(node) {
  if (node.type === "TemplateLiteral") {
    return node["quasis"]
      .map((/** @type {Node} */ part, /** @type {number} */ index) => (index === 0 ? "" : `{${index - 1}}`) + part["value"].cooked)
      .join("");
  }
  if (node.type === "Literal") return typeof node["value"] === "string" ? node["value"] : null;
  if (node.type !== "BinaryExpression" || node["operator"] !== "+") return null;
  const [left, right] = [textOf(node["left"]), textOf(node["right"])];
  if (left === null || right === null) return null;
  const before = left.match(/\{\d+\}/g)?.length ?? 0;
  return left + right.replaceAll(/\{(\d+)\}/g, (_, /** @type {string} */ number) => `{${Number(number) + before}}`);
}

/**
 * The sentences in a source file, as somebody could be told them.
 *
 * @param {string} file
 * @param {string} source
 * @returns {string[]} each once, with `{0}` for its first value
 */
export function sentencesIn(file, source) {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file} can't be read: ${errors[0]?.message ?? ""}`);
  const found = new Set();
  /** What is a part of a longer one. */
  const inner = new Set();
  const take = (/** @type {any} */ node) => {
    const text = inner.has(node.start) ? null : textOf(node);
    if (text !== null && isSentence(text)) found.add(text);
  };
  new Visitor({
    BinaryExpression: (node) => {
      if (textOf(/** @type {any} */ (node)) === null) return;
      take(node);
      const parts = [/** @type {any} */ (node)];
      for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
        inner.add(part.start);
        if (part.type === "BinaryExpression") parts.push(part.left, part.right);
      }
    },
    Literal: take,
    TemplateLiteral: take,
  }).visit(program);
  return [...found];
}

/** Whether a translation has the same values, each as often.  @param {string} english @param {string} translated */
export function hasSameValues(english, translated) {
  const values = (/** @type {string} */ text) => (text.match(/\{\d+\}/g) ?? []).toSorted().join();
  return values(english) === values(translated);
}
