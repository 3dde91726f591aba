/** How an agent looks as long as nobody says otherwise. */
export interface AgentLook {
  readonly emoji: string;
  /** Degrees on the colour wheel. */
  readonly hue: number;
}

const emojis = [
  "🦊",
  "🦉",
  "🐙",
  "🐝",
  "🦋",
  "🐢",
  "🐳",
  "🦜",
  "🐿️",
  "🦔",
  "🐼",
  "🦁",
  "🐧",
  "🦩",
  "🐬",
  "🦦",
  "🌵",
  "🌻",
  "🍄",
  "🌲",
  "🍀",
  "🪴",
  "⛵",
  "🎈",
];
const hueStep = 15;
const hues = 360 / hueStep;

/** The same name looks the same everywhere, however it is written in capitals. */
export function lookOf(name: string): AgentLook {
  const hash = hashOf(name.trim().normalize("NFC").toLowerCase());
  return { emoji: emojis[hash % emojis.length] ?? "", hue: (Math.floor(hash / emojis.length) % hues) * hueStep };
}

/** The two that decide how an agent looks. */
export interface Looking {
  readonly name: string;
  readonly emoji: string;
}

/** Degrees on the colour wheel: by the name, and moved along with an emoji that was given in place of the name's own. */
export function hueOf({ name, emoji }: Looking): number {
  const own = lookOf(name);
  const place = emojis.indexOf(emoji);
  return place < 0 ? own.hue : (own.hue + (place - emojis.indexOf(own.emoji)) * hueStep + 360) % 360;
}

/** The emoji of a new agent: its name's own, or the next one with which it has neither the emoji nor the colour of any other, as long as there is one. */
export function freeEmojiFor(name: string, others: readonly Looking[]): string {
  const own = lookOf(name).emoji;
  const first = emojis.indexOf(own);
  const inTurn = [...emojis.slice(first), ...emojis.slice(0, first)];
  const taken = new Set(others.map(({ emoji }) => emoji));
  const huesTaken = new Set(others.map(hueOf));
  const free = inTurn.filter((emoji) => !taken.has(emoji));
  return free.find((emoji) => !huesTaken.has(hueOf({ name, emoji }))) ?? free[0] ?? own;
}

/** FNV-1a, with its bits mixed once more: names that differ in their last letter alone look different. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 12)) >>> 0;
}

const friendlyNames = [
  "Alder",
  "Basil",
  "Clover",
  "Fern",
  "Hazel",
  "Indigo",
  "Iris",
  "Jasper",
  "Juniper",
  "Linden",
  "Marlow",
  "Nova",
  "Olive",
  "Pepper",
  "Quill",
  "Robin",
  "Rowan",
  "Sage",
  "Sparrow",
  "Tansy",
  "Willow",
  "Wren",
  "Yarrow",
  "Zephyr",
];

/** What somebody's first agent is called until they call it otherwise: the same for the same person, whoever asks. */
export function friendlyNameFor(userId: string): string {
  return friendlyNames[hashOf(userId) % friendlyNames.length] ?? "Robin";
}
