"use client";

import type { Agent } from "@mosaic/contracts/agent";
import { toast } from "sonner";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { useAgentLoss, useDeleteAgent } from "@/features/agents/agent-queries";
import { describeError } from "@/lib/api";
import { m } from "@messages/agents";

export function DeleteAgent({ agent, onClose }: { readonly agent: Agent | null; readonly onClose: () => void }) {
  const remove = useDeleteAgent();
  const loss = useAgentLoss(agent?.id ?? null).data;
  if (agent === null) return null;
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={m.deleteTheAgent(agent.name)}
      confirmLabel={m.deleteAgent}
      typeToConfirm={agent.name}
      isBusy={remove.isPending}
      onConfirm={() =>
        remove.mutate(agent.id, {
          onSuccess: () => toast.success(m.agentDeleted),
          onError: (error) => toast.error(describeError(error).title, { description: describeError(error).detail }),
          onSettled: onClose,
        })
      }
    >
      <p>{m.thisCantBeUndoneWhat}</p>
      <ul className="list-disc space-y-1 ps-5">
        <li>{loss === undefined ? m.allConversationsWithIt : m.withConversationsAndMessages(loss.conversations, loss.messages)}</li>
        <li>{m.itsMemoryAndEveryFile}</li>
        <li>{m.itsPersonalityAndSettings}</li>
      </ul>
    </ConfirmDialog>
  );
}
