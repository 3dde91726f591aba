/**
 * An environment variable, as its schema describes it.
 *
 * @typedef {object} Setting
 * @property {string} name
 * @property {string} description
 * @property {boolean} isRequired
 * @property {string | undefined} defaultValue
 * @property {string | undefined} example
 * @property {readonly string[]} choices empty: anything that its description allows
 */

/**
 * Reads the settings out of the schema of the environment (zod).
 *
 * @param {any} envSchema
 * @returns {Setting[]}
 */
export function settingsOf(envSchema) {
  return Object.entries(envSchema.shape).map(([name, schema]) => {
    const { description, example } = schema.meta() ?? {};
    if (typeof description !== "string") throw new Error(`${name} has no description for operators`);
    const unset = schema.safeParse(undefined);
    const defaultValue = unset.success && unset.data !== undefined ? String(unset.data) : undefined;
    return { name, description, isRequired: !unset.success, defaultValue, example, choices: choicesOf(schema) };
  });
}

/**
 * @param {any} schema
 * @returns {string[]} the values of an enum, below whatever wraps it
 */
function choicesOf(schema) {
  if (schema.def.type === "enum") return Object.values(schema.def.entries).map(String);
  const inner = schema.def.innerType ?? schema.def.in;
  return inner === undefined ? [] : choicesOf(inner);
}

const note = "Generated from the schema of environment variables by `npm run generate`: change it there.";

/**
 * Every line is a comment, so that a copy of it as `.env` changes nothing by itself.
 *
 * @param {readonly Setting[]} settings
 * @returns {string}
 */
export function renderEnvExample(settings) {
  const blocks = settings.map(({ name, description, isRequired, defaultValue, example, choices }) => {
    const facts = [
      ...(choices.length === 0 ? [] : [`One of: ${choices.join(", ")}.`]),
      ...(isRequired ? ["Needed, except with `npm start`."] : []),
      ...(example === undefined ? [] : [`Example: ${example}`]),
    ];
    return [...[description, ...facts].map((line) => `# ${line}`), `#${name}=${defaultValue ?? ""}`].join("\n");
  });
  return [`# ${note}\n# Copy it to .env and remove the # from what you set.`, ...blocks].join("\n\n").concat("\n");
}

/**
 * @param {readonly Setting[]} settings
 * @returns {string}
 */
export function renderConfigurationDocs(settings) {
  const rows = settings.map(({ name, description, isRequired, defaultValue, choices }) => {
    const fallback = isRequired ? "**needed**" : defaultValue === undefined ? "not set" : `\`${defaultValue}\``;
    const values = choices.length === 0 ? "" : ` One of ${choices.map((choice) => `\`${choice}\``).join(", ")}.`;
    return `| \`${name}\` | ${fallback} | ${description.replaceAll("|", "\\|")}${values} |`;
  });
  return [
    "# Configuration",
    "",
    `<!-- ${note} -->`,
    "",
    "Mosaic reads these environment variables. If a value is not valid, Mosaic does not start and lists every fault. `npm start` sets",
    "the needed ones by itself, and also reads a file `.env` in the clone. You set everything else in the browser; Mosaic keeps it in the database.",
    "",
    "| Variable | Default | Meaning |",
    "| --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}

/**
 * @param {readonly string[]} names
 * @param {readonly string[]} sources the code that gets the parsed environment
 * @returns {string[]} the names that nothing reads
 */
export function unreadNames(names, sources) {
  return names.filter((name) => !sources.some((source) => new RegExp(String.raw`\b(?:env|ENV)\??\.${name}\b`).test(source)));
}
