import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../apps/web/messages", import.meta.url));

/** The plain strings of a language's catalogue. Those with something in them are functions, and are left out. */
async function stringsOf(language: string): Promise<Set<string>> {
  const names = await readdir(join(folder, language));
  const sources = await Promise.all(names.map(async (name) => readFile(join(folder, language, name), "utf8")));
  const found = sources.flatMap((source) => [...source.matchAll(/:\s+("(?:[^"\\\n]|\\.){1,2000}")/g)]);
  return new Set(found.map(([, literal]) => JSON.parse(literal ?? '""') as string));
}

/** What the API says, as far as no value stands in it. */
async function sentencesOfTheApi(): Promise<string[]> {
  const said = JSON.parse(await readFile(join(folder, "de/said.json"), "utf8")) as Record<string, string>;
  return Object.keys(said).flatMap((sentence) => sentence.split(/\{\d+\}/).map((part) => part.trim()));
}

/** Sentences that only the English pages have: one word alone may be the same in both. */
export async function onlyEnglish(): Promise<string[]> {
  const [english, german, said] = await Promise.all([stringsOf("en"), stringsOf("de"), sentencesOfTheApi()]);
  return [...english, ...said].filter((text) => !german.has(text) && text.includes(" ") && text.length >= 10);
}
