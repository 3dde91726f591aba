import { Notice } from "@/components/ui/notice";
import { m } from "@messages/chat";

/** Above the field of a conversation that was held elsewhere. Its last messages go along with the first one that is sent here. */
export function ImportedNotice({ agentName }: { readonly agentName: string }) {
  return (
    <div className="mx-auto w-full max-w-3xl px-3 pb-2 sm:px-6">
      <Notice tone="info" role="status" title={m.doesNotKnowThisConversation(agentName)}>
        {m.itWasHeldElsewhereIts}
      </Notice>
    </div>
  );
}
