export const m = {
  language: "Language",
  description: "The language of Mosaic’s pages. Your agents answer in the language you write in.",
  asTheBrowser: "As the browser",
};
