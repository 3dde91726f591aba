import { parseSync, Visitor } from "oxc-parser";

/** @typedef {{ name: string, line: number, methods: readonly string[] }} PublicClass */

/**
 * The classes of a file with the names of their public methods: those that are neither private, protected nor the constructor, each once however many
 * signatures it has, and fields that hold a function. Accessors are no methods, and what Nest
 * calls at a start or an end is nobody else's to call. Controllers are left out: each of their methods is a route.
 *
 * @param {string} file
 * @param {string} source
 * @returns {PublicClass[]}
 */
export function publicMethodsIn(file, source) {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file} can't be read: ${errors[0]?.message ?? ""}`);
  /** @type {PublicClass[]} */
  const found = [];
  /** @param {import("oxc-parser").Class} node */
  const note = (node) => {
    if (node.decorators.some(isController)) return;
    const line = source.slice(0, node.start).split("\n").length;
    found.push({ name: node.id?.name ?? "(without a name)", line, methods: [...new Set(node.body.body.flatMap(publicNameOf))] });
  };
  new Visitor({ ClassDeclaration: note, ClassExpression: note }).visit(program);
  return found;
}

/** @param {import("oxc-parser").Decorator} decorator */
function isController({ expression }) {
  return expression.type === "CallExpression" && expression.callee.type === "Identifier" && expression.callee.name === "Controller";
}

const hooks = new Set(["onModuleInit", "onApplicationBootstrap", "onModuleDestroy", "beforeApplicationShutdown", "onApplicationShutdown"]);
const functions = new Set(["ArrowFunctionExpression", "FunctionExpression"]);

/**
 * @param {import("oxc-parser").ClassElement} member
 * @returns {string[]}
 */
function publicNameOf(member) {
  const isMethod =
    ((member.type === "MethodDefinition" || member.type === "TSAbstractMethodDefinition") && member.kind === "method") ||
    (member.type === "PropertyDefinition" && member.value !== null && functions.has(member.value.type));
  if (!isMethod || member.accessibility === "private" || member.accessibility === "protected") return [];
  if (member.key.type === "PrivateIdentifier") return [];
  const name = member.key.type === "Identifier" ? member.key.name : `[${String(member.key.start)}]`;
  return hooks.has(name) ? [] : [name];
}

/**
 * What is wrong with the sizes of a tree's classes: one has more public methods than `limit` or than its exception allows, or an exception allows more
 * than it needs to. Exceptions are by `file#class`.
 *
 * @param {ReadonlyMap<string, number>} sizes how many public methods each class has, by `file#class`
 * @param {Readonly<Record<string, number>>} exceptions
 * @param {number} limit
 * @returns {string[]}
 */
export function sizeFaults(sizes, exceptions, limit) {
  const tooWide = [...sizes].flatMap(([name, size]) => {
    const allowed = exceptions[name] ?? limit;
    return size > allowed ? [`${name} has ${size} public methods; ${allowed} are allowed`] : [];
  });
  const tooLax = Object.entries(exceptions).flatMap(([name, allowed]) => {
    const size = sizes.get(name) ?? 0;
    if (size <= limit) return [`${name} needs no exception any more: take it away`];
    return size < allowed ? [`${name} has ${size} public methods only: lower its exception of ${allowed}`] : [];
  });
  return [...tooWide, ...tooLax];
}
