/** `what` names it in the error. JSON.parse would quote what it could not read, which may be a key. */
export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Error(`${what} is not JSON`);
  }
}
