import { plural } from "@/messages/plural";
import type { m as english } from "@/messages/en/search";
import type { Translated } from "@/messages/translated";

export const m: Translated<typeof english> = {
  ctrl: "Strg",
  searchConversations: "Unterhaltungen suchen",
  closeSearch: "Suche schließen",
  results: "Ergebnisse",
  you: "Sie",
  agent: "Agent",
  nothingFoundSoFar: "Bisher nichts gefunden",
  nothingFoundFor: (q) => `Nichts gefunden für „${q}“`,
  allWordsHaveToBe:
    "Ein Treffer enthält alle Wörter in derselben Nachricht oder demselben Titel. Jedes wird an seinem Anfang gefunden, solche mit zwei Buchstaben nur ganz.",
  searchFurtherBack: "Weiter zurück suchen",
  showOlderResults: "Ältere Ergebnisse zeigen",
  olderMessagesAreStillBeing: "Ältere Nachrichten sind noch nicht durchsuchbar. Versuchen Sie es später noch einmal.",
  searching: "Es wird gesucht",
  nothingFound: "Nichts gefunden",
  theNewest: (count) => plural(count, { one: "Das neueste Ergebnis", other: `Die neuesten ${count} Ergebnisse` }),
  count: (count) => plural(count, { one: "1 Ergebnis", other: `${count} Ergebnisse` }),
  findAnythingThatWasSaid: "Finden Sie alles, was gesagt wurde",
  typeSomeWordsOrThe: "Tippen Sie ein paar Wörter oder den Anfang eines Wortes.",
  arrowKeysChooseEnterOpens: (modifier) => `Pfeiltasten wählen, Enter öffnet, ${modifier} K führt hierher zurück.`,
  tryAgain: "Erneut versuchen",
  actions: "Aktionen",
  searchMessagesOrTypeWhat: "Nachrichten suchen oder einen Befehl eingeben",
};
