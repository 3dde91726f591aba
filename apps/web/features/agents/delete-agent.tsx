"use client";

import type { Agent } from "@mosaic/contracts/agent";
import { toast } from "sonner";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { useAgentLoss, useDeleteAgent } from "@/features/agents/agent-queries";
import { describeError } from "@/lib/api";

const count = (amount: number, noun: string): string => `${amount} ${noun}${amount === 1 ? "" : "s"}`;

export function DeleteAgent({ agent, onClose }: { readonly agent: Agent | null; readonly onClose: () => void }) {
  const remove = useDeleteAgent();
  const loss = useAgentLoss(agent?.id ?? null).data;
  if (agent === null) return null;
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={`Delete the agent “${agent.name}”?`}
      confirmLabel="Delete agent"
      typeToConfirm={agent.name}
      isBusy={remove.isPending}
      onConfirm={() =>
        remove.mutate(agent.id, {
          onSuccess: () => toast.success("Agent deleted"),
          onError: (error) => toast.error(describeError(error).title, { description: describeError(error).detail }),
          onSettled: onClose,
        })
      }
    >
      <p>This can’t be undone. What is lost:</p>
      <ul className="list-disc space-y-1 pl-5">
        <li>
          {loss === undefined
            ? "all conversations with it"
            : `${count(loss.conversations, "conversation")} with ${count(loss.messages, "message")}`}
        </li>
        <li>its memory, and every file in its workspace</li>
        <li>its personality and settings</li>
      </ul>
    </ConfirmDialog>
  );
}
