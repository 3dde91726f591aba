import { parseSync, Visitor } from "oxc-parser";

/** @typedef {{ file: string, line: number, text: string }} KindComparison */

const comparing = new Set(["===", "!==", "==", "!="]);

/**
 * Where a file compares something with one of these words, or decides by it in a `switch`.
 *
 * @param {string} file
 * @param {string} source
 * @param {ReadonlySet<string>} kinds
 * @returns {KindComparison[]}
 */
export function kindComparisonsIn(file, source, kinds) {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file} can't be read: ${errors[0]?.message ?? ""}`);
  /** @type {KindComparison[]} */
  const found = [];
  /** @param {{ type: string, value?: unknown } | null} node */
  const isKind = (node) => node?.type === "Literal" && typeof node.value === "string" && kinds.has(node.value);
  /** @param {{ start: number, end: number }} node */
  const note = ({ start, end }) =>
    found.push({ file, line: source.slice(0, start).split("\n").length, text: source.slice(start, end).split("\n", 1)[0] ?? "" });
  new Visitor({
    BinaryExpression: (node) => {
      if (comparing.has(node.operator) && (isKind(node.left) || isKind(node.right))) note(node);
    },
    SwitchCase: (node) => {
      if (isKind(node.test)) note(node);
    },
  }).visit(program);
  return found;
}
