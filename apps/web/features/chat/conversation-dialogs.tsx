import type { Conversation } from "@mosaic/contracts/chat";
import { RenameOnDemand } from "@/features/chat/rename-on-demand";
import { ShareOnDemand } from "@/features/sharing/share-on-demand";

/** What the menu of a conversation opens. */
export interface AskedDialog {
  readonly what: "rename" | "share";
  readonly conversation: Conversation;
}

export interface ConversationDialogsProps {
  readonly asked: AskedDialog | null;
  readonly onClose: () => void;
  readonly onReturnFocus: (id: string) => void;
}

export function ConversationDialogs({ asked, onClose, onReturnFocus }: ConversationDialogsProps) {
  if (asked === null) return null;
  const { what, conversation } = asked;
  const Form = what === "rename" ? RenameOnDemand : ShareOnDemand;
  return <Form conversation={conversation} onClose={onClose} onReturnFocus={() => onReturnFocus(conversation.id)} />;
}
