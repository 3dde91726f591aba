import { parseSync, Visitor } from "oxc-parser";

/** @typedef {{ line: number, text: string }} Fault */
/** @typedef {{ type: string, start: number, end: number } & Record<string, any>} Node */

/** What is shown to people, or read to them, by the name of an attribute or a property. */
const shown = new Set(
  "alt aria-description aria-label aria-roledescription cancelLabel caption confirmLabel description detail empty header heading hint label message noun placeholder text title".split(
    " ",
  ),
);
/** These take words for a screen or for somebody who sees none. */
const tellers = new Set(["announce", "success", "error", "info", "warning"]);
/** Names, which are the same in every language. */
const names = new Set(["Mosaic", "Microsoft Entra ID", "OpenClaw", "Ol"]);
/** An address, or a part of one. */
const address = /^(?:https?:\/\/|[/#])\S*$/;
const hasWord = (/** @type {string} */ text) => /\p{L}{2}/u.test(text) && !names.has(text.trim()) && !address.test(text.trim());
/** A sentence, or its beginning: no name of a class, a key or a file looks like this. */
const isSentence = (/** @type {string} */ text) => /^\p{Lu}[\p{L}’'-]+[,:…]? \p{L}/u.test(text) && !names.has(text);

/** @param {string} file @param {string} source */
function parse(file, source) {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file} can't be read: ${errors[0]?.message ?? ""}`);
  return program;
}

/** @param {Node} node */
const textOf = (node) =>
  node.type === "TemplateLiteral"
    ? node["quasis"].map((/** @type {Node} */ part) => part["value"].cooked).join("1")
    : node.type === "Literal" && typeof node["value"] === "string"
      ? node["value"]
      : null;

/** The texts that an expression can come to: of a condition, both.  @param {Node} node @returns {Node[]} */
function texts(node) {
  if (node.type === "JSXExpressionContainer") return texts(node["expression"]);
  if (node.type === "ConditionalExpression") return [...texts(node["consequent"]), ...texts(node["alternate"])];
  if (node.type === "LogicalExpression") return [...texts(node["left"]), ...texts(node["right"])];
  return textOf(node) === null ? [] : [node];
}

/**
 * The words in a file of the web app that people are shown, and that should stand in the catalogue.
 *
 * @param {string} file
 * @param {string} source
 * @returns {Fault[]}
 */
export function wordsOutside(file, source) {
  /** @type {Map<number, Fault>} */
  const found = new Map();
  const note = (/** @type {Node} */ { start, end }) => {
    const text = source.slice(start, end).trim().split("\n", 1)[0] ?? "";
    found.set(start, { line: source.slice(0, start).split("\n").length, text });
  };
  const noteTexts = (/** @type {Node} */ node) => {
    for (const one of texts(node)) if (hasWord(textOf(one))) note(one);
  };
  const noteChildren = (/** @type {any} */ { children, openingElement }) => {
    // A command, or the name of something: code is written as it is.
    if (openingElement?.name.name === "code") return;
    for (const child of children) {
      if (child.type === "JSXText" && hasWord(child.value)) note(child);
      if (child.type === "JSXExpressionContainer") noteTexts(child);
    }
  };
  /** Errors thrown by us are for the log, or are never seen: a page shows a problem or words of its own. */
  const internal = new Set();
  new Visitor({
    NewExpression: (node) => {
      for (const { start } of node.arguments) internal.add(start);
    },
    JSXElement: noteChildren,
    JSXFragment: noteChildren,
    JSXAttribute: (node) => {
      if (node.value !== null && node.name.type === "JSXIdentifier" && shown.has(node.name.name)) {
        noteTexts(/** @type {any} */ (node.value));
      }
    },
    Property: (node) => {
      if (node.key.type === "Identifier" && shown.has(node.key.name)) noteTexts(/** @type {any} */ (node.value));
    },
    CallExpression: (node) => {
      const called =
        node.callee.type === "MemberExpression" && node.callee.property.type === "Identifier" ? node.callee.property : node.callee;
      const [first] = node.arguments;
      if (called.type === "Identifier" && tellers.has(called.name) && first !== undefined) noteTexts(/** @type {any} */ (first));
    },
    Literal: (node) => {
      if (typeof node.value === "string" && isSentence(node.value) && !internal.has(node.start)) note(node);
    },
    TemplateLiteral: (node) => {
      const text = textOf(/** @type {any} */ (node));
      if (text !== null && isSentence(text) && !internal.has(node.start)) note(node);
    },
  }).visit(parse(file, source));
  return [...found.values()];
}

/**
 * The messages of a catalogue's file, by their paths (`stages.queued`), each with the names of its arguments and those that its text leaves out.
 *
 * @param {string} file
 * @param {string} source
 * @returns {Map<string, { parameters: number, unused: string[] }>}
 */
export function messagesIn(file, source) {
  /** @type {Map<string, { parameters: number, unused: string[] }>} */
  const found = new Map();
  /** @param {any} node @param {string} path */
  const read = (node, path) => {
    const value = node.type === "TSSatisfiesExpression" || node.type === "TSAsExpression" ? node.expression : node;
    if (value.type === "ObjectExpression") {
      for (const property of value.properties) {
        read(property.value, [path, property.key?.name ?? property.key?.value ?? "?"].filter((part) => part !== "").join("."));
      }
    } else if (value.type === "ArrowFunctionExpression") {
      const used = new Set(source.slice(value.body.start, value.body.end).match(/[\w$]+/g));
      const names = value.params.map((/** @type {any} */ { name }) => String(name));
      found.set(path, {
        parameters: names.length,
        unused: names.filter((/** @type {string} */ name) => !used.has(name)),
      });
    } else found.set(path, { parameters: 0, unused: [] });
  };
  new Visitor({
    VariableDeclarator: (node) => {
      if (node.id.type === "Identifier" && node.id.name === "m" && node.init !== null) read(node.init, "");
    },
  }).visit(parse(file, source));
  return found;
}

/**
 * Which messages a file uses, by area. One that is looked up by a variable (`m.stages[stage]`) uses all beneath.
 *
 * @param {string} file
 * @param {string} source
 * @returns {{ area: string, path: string }[]}
 */
export function messagesUsed(file, source) {
  /** @type {Map<string, string>} */
  const areas = new Map();
  /** @type {{ area: string, path: string }[]} */
  const used = [];
  /** @param {any} node @returns {{ name: string, path: string[], isOpen: boolean } | null} */
  const chain = (node) => {
    if (node.type === "Identifier") return { name: node.name, path: [], isOpen: false };
    if (node.type !== "MemberExpression") return null;
    const before = chain(node.object);
    if (before === null || before.isOpen) return before;
    return node.computed ? { ...before, isOpen: true } : { ...before, path: [...before.path, node.property.name] };
  };
  const tree = parse(file, source);
  new Visitor({
    ImportDeclaration: (node) => {
      const area = /^@messages\/(.+)$/.exec(node.source.value)?.[1];
      if (area !== undefined) for (const { local } of node.specifiers) areas.set(local.name, area);
    },
  }).visit(tree);
  /** `m.a` within `m.a.b` uses nothing of its own. */
  const inner = new Set();
  new Visitor({
    MemberExpression: (node) => {
      if (node.object.type === "MemberExpression") inner.add(`${node.object.start}:${node.object.end}`);
      if (inner.has(`${node.start}:${node.end}`)) return;
      const at = chain(node);
      const area = at === null ? undefined : areas.get(at.name);
      if (at !== null && area !== undefined) used.push({ area, path: at.path.join(".") });
    },
  }).visit(tree);
  return used;
}
