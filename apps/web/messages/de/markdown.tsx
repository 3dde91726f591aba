import type { m as english } from "@/messages/en/markdown";
import type { Translated } from "@/messages/translated";

export const m: Translated<typeof english> = {
  plainText: "Text",
  wrapLines: "Zeilen umbrechen",
  copyCode: "Code kopieren",
  thisCodeHoldsHiddenMarks: "Dieser Code enthält verborgene Zeichen, die seine angezeigte Reihenfolge verändern.",
  theAnswerIsNotA: "Die Antwort ist kein Diagramm.",
  theDiagramIsLargerThan: "Das Diagramm ist zu groß für die Anzeige.",
  mermaidDidNotLoad: "Mermaid wurde nicht geladen.",
  itTookLongerThanSeconds: (seconds) => `Es hat länger als ${seconds} Sekunden gedauert.`,
  drawsDiagrams: "Zeichnet Diagramme",
  itIsTooLongTo: "Es ist zu lang, um gezeichnet zu werden.",
  showSource: "Quelltext anzeigen",
  theDiagramIsBeingDrawn: "Diagramm wird gezeichnet …",
  thisDiagramCouldNotBe: "Dieses Diagramm konnte nicht gezeichnet werden, deshalb sehen Sie seinen Quelltext. Mermaid meldet:",
  diagramItsSourceTellsWhat: "Diagramm. Sein Quelltext sagt, was es zeigt.",
  diagramNamed: (title) => `Diagramm: ${title}`,
  diagramAsLanguage: "Diagramm",
  diagram: "Diagramm",
  itDefinesCommandsOfIts: "Sie definiert eigene Befehle.",
  itCantBeRead: "Sie ist nicht lesbar.",
  thisFormulaCantBeSet: (fault) => `(Diese Formel kann nicht dargestellt werden: ${fault})`,
  formula: "Formel",
  image: "Bild",
  imageOf: (alt) => `Bild: ${alt}`,
  hiddenImage: "[Ein Bild, das nicht angezeigt werden kann: ohne Beschreibung]",
  hiddenImageOf: (alt) => `[Ein Bild, das nicht angezeigt werden kann: ${alt}]`,
  imageWithoutADescription: "Bild ohne Beschreibung",
  loadImageFrom: (host) => `Bild von ${host} laden`,
  theImageCouldNotBe: (host, link) => (
    <>
      [Das Bild konnte nicht von {host} geladen werden: {link}]
    </>
  ),
  openIt: "öffnen",
  imageFrom: (host) => `Bild von ${host}`,
  imageFromOf: (host, alt) => `Bild von ${host}: ${alt}`,
  table: "Tabelle",
  copied: "Kopiert",
  copyTable: "Tabelle kopieren",
  downloadCsv: "CSV herunterladen",
  done: "Erledigt",
  notDone: "Nicht erledigt",
};
