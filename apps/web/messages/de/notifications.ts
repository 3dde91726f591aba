import type { m as english } from "@/messages/en/notifications";
import type { Translated } from "@/messages/translated";

export const m: Translated<typeof english> = {
  aTestWasSentTo: (device) => `Ein Test wurde an ${device} gesendet`,
  theTestWasNotSent: "Der Test wurde nicht gesendet",
  isNotToldAnyMore: (device) => `${device} erhält keine Benachrichtigungen mehr`,
  thisDevice: "Dieses Gerät",
  since: (time) => `Seit ${time} · zeigt keinen Text`,
  sinceWithText: (time) => `Seit ${time} · zeigt den Anfang der Antwort`,
  theLastOneDidNot: (fault) => `Die letzte kam nicht an. ${fault}`,
  sendATestTo: (device) => `Test an ${device} senden`,
  sendATest: "Test senden",
  remove: (device) => `${device} entfernen`,
  removeShort: "Entfernen",
  notifications: "Benachrichtigungen",
  mosaicTellsADeviceWhen:
    "Mosaic benachrichtigt ein Gerät, wenn ein Agent geantwortet hat und Sie auf keinem Gerät eine Seite von Mosaic vor sich haben. Das ist aus, bis Sie es auf jedem Gerät einschalten.",
  devicesThatAreTold: "Geräte, die Benachrichtigungen erhalten",
  thisBrowserBlocksNotificationsOf: "Dieser Browser blockiert Benachrichtigungen von Mosaic",
  allowThemInTheBrowsers:
    "Erlauben Sie sie in den Einstellungen des Browsers für diese Website (das Zeichen neben der Adresse) und laden Sie die Seite neu.",
  putMosaicOnTheHome: "Legen Sie Mosaic zuerst auf den Home-Bildschirm",
  onAnIphoneOrIpad:
    "Auf iPhone und iPad dürfen nur installierte Apps benachrichtigen: Öffnen Sie das Teilen-Menü, wählen Sie „Zum Home-Bildschirm“ und schalten Sie Benachrichtigungen dort ein.",
  notificationsNeedHttps: "Benachrichtigungen brauchen https",
  browsersAllowThemOnlyOn:
    "Browser erlauben sie nur auf Adressen, die mit https:// beginnen. Wer dieses Mosaic betreibt, kann es hinter einen Proxy mit Zertifikat stellen.",
  thisBrowserCantShowNotifications: "Dieser Browser kann keine Benachrichtigungen von Webseiten zeigen",
  useACurrentFirefoxChrome: "Nutzen Sie auf diesem Gerät ein aktuelles Firefox, Chrome, Edge oder Safari.",
  tellThisDeviceWhenAn: "Dieses Gerät benachrichtigen, wenn ein Agent geantwortet hat",
  theBrowserAsksYouFirst: "Der Browser fragt Sie zuerst. Beim Abmelden wird es ausgeschaltet.",
  showTheBeginningOfThe: "Den Anfang der Antwort zeigen",
  everybodyWhoSeesTheScreen: "Wer den Bildschirm sieht, kann ihn lesen. Ohne sagt eine Benachrichtigung nur, wer geantwortet hat.",
  theBrowserCantSubscribeTo: "Der Browser kann keine Benachrichtigungen abonnieren",
  itSays: (words) => `Er meldet: „${words}“`,
  notificationsWereNotAllowed: "Benachrichtigungen wurden nicht erlaubt",
  answerAllowWhenTheBrowser: "Antworten Sie mit „Erlauben“, wenn der Browser fragt.",
};
