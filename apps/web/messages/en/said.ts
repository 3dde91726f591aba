/** What the API says in sentences of its own, in other languages: it speaks English. */
export const m: { readonly sentences: Readonly<Record<string, string>> } = { sentences: {} };
