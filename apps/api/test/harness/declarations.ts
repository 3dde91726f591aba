/** A kind of agent as an admin declares it: all that has no default. */
export const sampleDeclaration = {
  id: "parrot",
  label: "Parrot",
  image: "mosaic/parrot:1",
  command: ["parrot", "serve"],
  user: 1234,
  port: 4711,
  stateDir: "/data",
  environment: { MODEL: "${LLM_MODEL}", BASE: "${LLM_BASE_URL}", KEY: "${LLM_API_KEY}" },
  files: [{ root: "state", path: "persona.txt", content: "${AGENT_PERSONALITY}", reads: "turn" }],
} as const;

/** The same under another id; its image's name has to fit. */
export function declarationNamed(id: string): object {
  return { ...sampleDeclaration, id, image: `mosaic/${id}:1` };
}
