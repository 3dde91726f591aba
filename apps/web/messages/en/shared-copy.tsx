import type { ReactNode } from "react";

export const m = {
  signIn: "Sign in",
  yourAgent: "Your agent",
  continueAsMyOwn: "Continue as my own",
  notFound: "Not found",
  thisAddressNamesNoShared: "There is no shared conversation at this address. Open the whole link.",
  signInFirst: "Sign in first",
  thisConversationIsForMembers: "This conversation is for members.",
  sharedConversation: "Shared conversation",
  loading: "Loading",
  sharedThisConversationWithOn: (ownerName: string, agentName: string, time: string) =>
    `${ownerName} shared this conversation with ${agentName} on ${time}. It is a copy to read.`,
  showMore: "Show more",
  openTheLinkAgain: (link: ReactNode): ReactNode => <>{link} and open the link again to go on with it as your own.</>,
};
