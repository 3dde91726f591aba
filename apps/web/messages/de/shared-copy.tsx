import type { m as english } from "@/messages/en/shared-copy";
import type { Translated } from "@/messages/translated";

export const m: Translated<typeof english> = {
  openTheLinkAgain: (link) => <>{link}, dann den Link noch einmal öffnen, um sie als Ihre eigene fortzusetzen.</>,
  signIn: "Anmelden",
  yourAgent: "Ihr Agent",
  continueAsMyOwn: "Als meine eigene fortsetzen",
  notFound: "Nicht gefunden",
  thisAddressNamesNoShared: "Diese Adresse nennt keine geteilte Unterhaltung. Öffnen Sie den ganzen Link.",
  signInFirst: "Melden Sie sich zuerst an",
  thisConversationIsForMembers: "Diese Unterhaltung ist für Mitglieder.",
  sharedConversation: "Geteilte Unterhaltung",
  loading: "Wird geladen",
  sharedThisConversationWithOn: (ownerName, agentName, time) =>
    `${ownerName} hat diese Unterhaltung mit ${agentName} am ${time} geteilt. Dies ist eine Kopie zum Lesen.`,
  showMore: "Mehr anzeigen",
};
