import type { Conversation } from "@mosaic/contracts/chat";
import { MoveOnDemand } from "@/features/chat/folders/move-on-demand";
import { RenameOnDemand } from "@/features/chat/rename-on-demand";
import { ShareOnDemand } from "@/features/sharing/share-on-demand";

const forms = { rename: RenameOnDemand, share: ShareOnDemand, move: MoveOnDemand };

/** What the menu of a conversation opens. */
export interface AskedDialog {
  readonly what: keyof typeof forms;
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
  const Form = forms[what];
  return <Form conversation={conversation} onClose={onClose} onReturnFocus={() => onReturnFocus(conversation.id)} />;
}
