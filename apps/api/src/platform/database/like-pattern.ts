/** Text as it is, for LIKE: Prisma passes `%` and `_` on as what they mean to it. */
export function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, String.raw`\$&`);
}
