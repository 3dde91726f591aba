import type { m as english } from "@/messages/en/admin-backends";
import type { Translated } from "@/messages/translated";

export const m: Translated<typeof english> = {
  backends: "Backends",
  theSoftwareThatAgentsRun:
    "Die Software, auf der Agenten laufen, wie viel von diesem Rechner jeder nutzen darf, und die Einstellungen neuer Agenten.",
  saved: (label) => `${label} gespeichert`,
  n1Agent: "1 Agent",
  agents: (count) => `${count} Agenten`,
  image: "Image",
  theContainerImageThatAgents: "Das Container-Image, aus dem Agenten starten.",
  whenAChangeTakesEffect: "Wann eine Änderung wirkt",
  imageAndLimitsAgentsThat:
    "Image und Grenzen: Laufende Agenten starten neu, sobald sie niemandem antworten, die anderen nutzen sie beim nächsten Start. Standardwerte gelten für neue Agenten; vorhandene behalten ihre.",
  save: (label) => `${label} speichern`,
  memoryPerAgentMb: "Arbeitsspeicher je Agent (MB)",
  cpusPerAgent: "CPUs je Agent",
  partsAreFine05: "Bruchteile sind möglich: 0.5 ist ein halber Kern.",
  processesPerAgent: "Prozesse je Agent",
  aBoundForRunawayPrograms: "Eine Grenze für außer Kontrolle geratene Programme.",
  filesPerAgentMb: "Dateien je Agent (MB)",
  anAgentThatKeepsMore: "Ein Agent, der mehr belegt, wird angehalten, und sein Besitzer erfährt den Grund.",
  timeToGetReadySeconds: "Zeit zum Bereitwerden (Sekunden)",
  aStartThatMakesProgress: "Ein Start, der vorankommt, darf länger dauern.",
  newAgentsStopWhenIdle: "Neue Agenten halten bei Leerlauf an nach (Minuten)",
  n0Never: "0 = nie.",
  needsAtLeastIsComfortable: (software, minimum, comfortable) =>
    `${software} braucht mindestens ${minimum}; ${comfortable} sind komfortabel.`,
  thatIsLittleMemory: "Das ist wenig Arbeitsspeicher",
  theImageIsOnThis: "Das Image ist auf diesem Rechner",
  theImageIsNotOn: "Das Image ist nicht auf diesem Rechner",
  theContainerEngineDoesNot: "Die Container-Engine antwortet nicht",
  checkTheImage: "Image prüfen",
  saveFirstTheStoredImage: "Speichern Sie zuerst: Geprüft wird das gespeicherte Image.",
  anImageNameSuchAs: "Ein Image-Name wie mosaic/openclaw:2026.9.6",
  from256MbTo1: "Von 256 MB bis 1.048.576 MB (1 TB)",
  from01To256: "Von 0.1 bis 256 CPUs",
  aWholeNumberFrom32: "Eine ganze Zahl von 32 bis 65.536",
  from256MbTo16: "Von 256 MB bis 16.777.216 MB (16 TB)",
  from10To900Seconds: "Von 10 bis 900 Sekunden",
  from0To10080: "Von 0 bis 10.080 Minuten (eine Woche)",
  needsAtLeastWithLess: (label, minimum) => `${label} braucht mindestens ${minimum}. Mit weniger wird es beim Antworten abgebrochen`,
  withLessThanAnAgent: (minimum, label) => `Mit weniger als ${minimum} wird ein ${label}-Agent beim Antworten aus Speichermangel beendet.`,
  anAgentOfMayBe: (label, comfortable) =>
    `Ein ${label}-Agent kann in langen Unterhaltungen aus Speichermangel beendet werden. ${comfortable} sind komfortabel.`,
  filesInChats: "Dateien in Chats",
  roomForFilesSaved: "Platz für Dateien gespeichert",
  roomForEachPersonMb: "Platz je Person (MB)",
  filesThatPeopleSendAnd:
    "Dateien, die Personen senden und Agenten erstellen, liegen in der Datenbank. Wer keinen Platz mehr hat, kann nichts hochladen; gelöscht wird nichts. 0: Niemand lädt hoch.",
  enterAWholeNumberOf: "Geben Sie eine ganze Zahl in Megabyte ein, bis 1.048.576.",
  saveRoom: "Platz speichern",
};
