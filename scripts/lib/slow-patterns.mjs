import { parseSync, Visitor } from "oxc-parser";
import { analyse } from "scslre";

/** @typedef {{ file: string, line: number, pattern: string, why: string }} SlowPattern */

/** @type {Readonly<Record<string, string>>} */
const words = {
  Self: "a repetition can read the same text in two ways",
  Trade: "two repetitions one after the other can both read the same text",
  Move: "it begins anew at each place of a text that it then reads to its end",
};

/**
 * The patterns of a file, literal or made by `RegExp` of a text, that are polynomial or exponential in the length of a text. Those that are put
 * together while running can't be judged: they are told unless `mayBuild`.
 *
 * @param {string} file
 * @param {string} source
 * @param {{ mayBuild?: boolean }} options
 * @returns {SlowPattern[]}
 */
export function slowPatternsIn(file, source, { mayBuild = false } = {}) {
  return patternsIn(file, source).flatMap(({ pattern, flags, start }) => {
    const line = source.slice(0, start).split("\n").length;
    if (pattern === null) return mayBuild ? [] : [{ file, line, pattern: "RegExp(…)", why: "it is put together while running" }];
    const { reports } = analyse({ source: pattern, flags });
    const whys = [...new Set(reports.map(({ type, exponential }) => `${words[type] ?? type}${exponential ? ", exponentially" : ""}`))];
    if (whys.length === 0) return [];
    return [{ file, line, pattern: `/${pattern}/${flags}`, why: whys.join("; ") }];
  });
}

/**
 * @param {string} file
 * @param {string} source
 * @returns {{ pattern: string | null, flags: string, start: number }[]}
 */
function patternsIn(file, source) {
  /** @type {{ pattern: string | null, flags: string, start: number }[]} */
  const found = [];
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file} can't be read: ${errors[0]?.message ?? ""}`);
  /** @param {import("oxc-parser").NewExpression | import("oxc-parser").CallExpression} node */
  const visitCall = ({ callee, arguments: given, start }) => {
    const [pattern, flags] = given;
    if (callee.type !== "Identifier" || callee.name !== "RegExp" || pattern === undefined) return;
    const text = pattern.type === "Literal" && typeof pattern.value === "string" ? pattern.value : null;
    found.push({ pattern: text, flags: flags?.type === "Literal" && typeof flags.value === "string" ? flags.value : "", start });
  };
  new Visitor({
    Literal: (node) => {
      if ("regex" in node && node.regex) found.push({ pattern: node.regex.pattern, flags: node.regex.flags, start: node.start });
    },
    NewExpression: visitCall,
    CallExpression: visitCall,
  }).visit(program);
  return found;
}
