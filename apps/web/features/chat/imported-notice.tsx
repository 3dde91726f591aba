import { Notice } from "@/components/ui/notice";

/** Above the field of a conversation that was held elsewhere. Its last messages go along with the first one that is sent here. */
export function ImportedNotice({ agentName }: { readonly agentName: string }) {
  return (
    <div className="mx-auto w-full max-w-3xl px-3 pb-2 sm:px-6">
      <Notice tone="info" role="status" title={`${agentName} does not know this conversation yet`}>
        It was held elsewhere. Its last messages go along with your next one, as quotes.
      </Notice>
    </div>
  );
}
