/** What a declared kind's files, variables and command may have in the place of `${NAME}`. */
export const placeholderNames = [
  "LLM_BASE_URL",
  "LLM_API_KEY",
  "LLM_MODEL",
  "AGENT_NAME",
  "AGENT_PERSONALITY",
  "AGENT_ID",
  "GATEWAY_KEY",
  "PORT",
  "STATE_DIR",
  "RUN_DIR",
] as const;
export type PlaceholderName = (typeof placeholderNames)[number];

/** `$${` stands for `${` itself. What is no name ends where the text, the line or the bracket does. */
const marks = /\$\$\{|\$\{([^}\n]{0,60})\}?/g;

export function fillTemplate(template: string, valueOf: (name: PlaceholderName) => string): string {
  return template.replaceAll(marks, (whole, name: string | undefined) => {
    if (name === undefined) {
      return "${";
    }
    return whole.endsWith("}") && isPlaceholder(name) ? valueOf(name) : whole;
  });
}

/** As it is written, so that whoever wrote it finds it. `null`: all that it has are known. */
export function unknownPlaceholderIn(template: string): string | null {
  for (const [whole, name] of template.matchAll(marks)) {
    if (name !== undefined && !(whole.endsWith("}") && isPlaceholder(name))) {
      return whole;
    }
  }
  return null;
}

export function hasPlaceholder(template: string, ...names: readonly PlaceholderName[]): boolean {
  return [...template.matchAll(marks)].some(([, found]) => names.some((name) => name === found));
}

/** What is new at each start, and nobody else's business. */
export function hasSecret(template: string): boolean {
  return hasPlaceholder(template, "LLM_API_KEY", "GATEWAY_KEY");
}

function isPlaceholder(name: string): name is PlaceholderName {
  return placeholderNames.some((known) => known === name);
}
