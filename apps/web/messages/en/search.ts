import { plural } from "@/messages/plural";

export const m = {
  actions: "Actions",
  ctrl: "Ctrl",
  searchConversations: "Search conversations",
  searchMessagesOrTypeWhat: "Search messages, or type what to do",
  closeSearch: "Close search",
  results: "Results",
  you: "You",
  agent: "Agent",
  nothingFoundSoFar: "Nothing found so far",
  nothingFoundFor: (q: string) => `Nothing found for “${q}”`,
  allWordsHaveToBe:
    "A result has all your words in the same message or title. The beginning of a word is enough, unless the word has only two letters.",
  searchFurtherBack: "Search further back",
  showOlderResults: "Show older results",
  olderMessagesAreStillBeing: "Older messages are not searchable yet. Try again in a while.",
  searching: "Searching",
  nothingFound: "Nothing found",
  theNewest: (count: number) => `The newest ${plural(count, { one: "1 result", other: `${count} results` })}`,
  findAnythingThatWasSaid: "Find anything that was said",
  typeSomeWordsOrThe: "Type some words, or the beginning of one.",
  arrowKeysChooseEnterOpens: (modifier: string) => `Arrow keys choose, Enter opens, ${modifier} K comes back here.`,
  tryAgain: "Try again",
  count: (count: number) => plural(count, { one: "1 result", other: `${count} results` }),
};
