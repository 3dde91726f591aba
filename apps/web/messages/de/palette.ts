import type { m as english } from "@/messages/en/palette";
import type { Translated } from "@/messages/translated";

export const m: Translated<typeof english> = {
  keyboardShortcuts: "Tastenkürzel",
  stopTheAnswer: "Antwort anhalten",
  renameThisConversation: "Diese Unterhaltung umbenennen",
  unpinThisConversation: "Diese Unterhaltung lösen",
  pinThisConversation: "Diese Unterhaltung anheften",
  unarchiveThisConversation: "Diese Unterhaltung aus dem Archiv holen",
  archiveThisConversation: "Diese Unterhaltung archivieren",
  newChatWith: (name) => `Neuer Chat mit ${name}`,
  settings: "Einstellungen",
  admin: "Admin",
  lightTheme: "Helles Design",
  darkTheme: "Dunkles Design",
  themeLikeTheSystems: "Design wie das System",
  singleKeyShortcuts: "Kürzel mit einer Taste",
  turnThemOffIfYou: "Schalten Sie sie aus, wenn Sie diktieren oder Tasten versehentlich treffen. Nur für diesen Browser.",
  searchAndDoSomething: "Suchen und etwas tun",
  showTheseShortcuts: "Diese Tastenkürzel zeigen",
  startANewChat: "Neuen Chat beginnen",
  goToTheMessageField: "Zum Nachrichtenfeld",
  sendTheMessageOrQueue: "Nachricht senden, während einer Antwort einreihen",
  shift: "Umschalt",
  startANewLine: "Neue Zeile beginnen",
  moveInTheListOf: "In der Liste der Unterhaltungen bewegen",
  openTheActionsOfA: "Aktionen einer Unterhaltung öffnen",
};
