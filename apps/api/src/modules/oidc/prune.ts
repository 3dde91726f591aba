/** JSON without the members that are `null`: servers write what they don't have so. What stands in a list keeps its place. */
export function prune(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(prune);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null)
      .map(([name, member]) => [name, prune(member)]),
  );
}
