/** What the build of the pages in this language is. */
export const language = { tag: "en", direction: "ltr" };
