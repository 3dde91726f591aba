import { parseSync, Visitor } from "oxc-parser";

/** @typedef {{ file: string, line: number, text: string }} OtherDialect */

const upperCase = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/;

/**
 * Where a file is written in another of two dialects than the tree, and no rule of the linter can tell: a private member in TypeScript is `private`,
 * never `#`; a constant is `camelCase`, and only what a module is asked for by (`Symbol("CLOCK")`, `readEnv.KEY`) is `UPPER_CASE`.
 *
 * @param {string} file
 * @param {string} source
 * @returns {OtherDialect[]}
 */
export function otherDialectIn(file, source) {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file} can't be read: ${errors[0]?.message ?? ""}`);
  /** @type {OtherDialect[]} */
  const found = [];
  /** @param {{ start: number, end: number }} node */
  const note = ({ start, end }) =>
    found.push({ file, line: source.slice(0, start).split("\n").length, text: source.slice(start, end).split("\n", 1)[0] ?? "" });
  /** @param {import("oxc-parser").Class} node */
  const noteHidden = (node) => {
    for (const member of node.body.body) if ("key" in member && member.key.type === "PrivateIdentifier") note(member);
  };
  const isTypeScript = /\.tsx?$/.test(file);
  new Visitor({
    ClassDeclaration: (node) => isTypeScript && noteHidden(node),
    ClassExpression: (node) => isTypeScript && noteHidden(node),
    VariableDeclarator: (node) => {
      if (node.id.type === "Identifier" && node.id.name.length > 1 && upperCase.test(node.id.name) && !isToken(node.init)) note(node);
    },
  }).visit(program);
  return found;
}

/** @param {import("oxc-parser").Expression | null} value */
function isToken(value) {
  if (value?.type === "CallExpression") return value.callee.type === "Identifier" && value.callee.name === "Symbol";
  return value?.type === "MemberExpression" && value.property.type === "Identifier" && value.property.name === "KEY";
}
