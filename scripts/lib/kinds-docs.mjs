// The table of what each kind of agent that comes with Mosaic can do, out of their definitions.

/** @typedef {import("../../packages/agent-backends/src/backend-definition.js").BackendDefinition<string>} Definition */

/** @type {Readonly<Record<string, string>>} */
const moments = {
  live: "while it runs",
  turn: "with the next message",
  conversation: "in new conversations",
  restart: "by a restart between two answers",
};

/** @type {readonly (readonly [string, (definition: Definition) => string])[]} */
const rows = [
  ["Image", ({ defaults }) => `\`${defaults.image}\``],
  ["Runs as a process, without an engine", ({ installation }) => yes(installation !== null)],
  [
    "Mosaic's supervisor",
    ({ container }) => (container.supervisor === "image" ? "made into the image" : "mounted, the image stays as it is"),
  ],
  ["Runs as", ({ container }) => `uid ${container.user}`],
  ["Port", ({ container }) => String(container.port)],
  ["State", ({ container }) => `\`${container.stateDir}\``],
  ["Memory, at least / comfortable", ({ memory }) => `${megabytes(memory.minimumBytes)} / ${megabytes(memory.comfortableBytes)}`],
  [
    "Reaches models",
    ({ models }) =>
      models === "relay" ? "through Mosaic's relay alone, never with a key" : "with its owner's key itself, else through the relay",
  ],
  ["An answer goes on without Mosaic", ({ socket }) => yes(socket !== null)],
  ["Branches have sessions of their own", ({ socket }) => yes(socket?.fork != null)],
  ["A deleted conversation is deleted there", ({ socket }) => yes(socket?.deleteSession != null)],
  ["Shows its tools at work", ({ capabilities }) => yes(capabilities.showsTools)],
  ["Shows its thoughts", ({ capabilities }) => yes(capabilities.showsThoughts)],
  ["Is shown images", ({ capabilities }) => yes(capabilities.takesImages)],
  ["Takes tools of a program (`/v1`)", ({ clientTools }) => yes(clientTools)],
  ["Tools that its owner switches", ({ capabilities }) => capabilities.tools.join(", ") || "none: they are its own"],
  ["A changed model counts", ({ capabilities }) => moments[capabilities.changes.model] ?? ""],
  ["A changed personality counts", ({ capabilities }) => moments[capabilities.changes.personality] ?? ""],
];

/**
 * @param {readonly Definition[]} definitions
 * @returns {string}
 */
export function renderKindsDocs(definitions) {
  const header = ["", ...definitions.map(({ label }) => label)];
  const body = rows.map(([name, tell]) => [name, ...definitions.map(tell)]);
  const lines = [header, header.map(() => "---"), ...body].map((cells) => `| ${cells.join(" | ")} |`);
  return `# Kinds of agents, and what each can do

Made of the kinds' definitions by \`node scripts/generate.mjs\`. How a kind is added is in [backends.md](backends.md).

${lines.join("\n")}
`;
}

/** @param {boolean} is */
function yes(is) {
  return is ? "yes" : "no";
}

/** @param {number} bytes */
function megabytes(bytes) {
  return `${Math.round(bytes / 1024 ** 2)} MB`;
}
