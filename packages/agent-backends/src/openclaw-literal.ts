/** OpenClaw replaces `${NAME}` in every string of its configuration; doubled, the text stays as it was written. */
export function literal(text: string): string {
  return text.replaceAll(/\$\{(?=[A-Z_][A-Z0-9_]*\})/g, () => "$${");
}
