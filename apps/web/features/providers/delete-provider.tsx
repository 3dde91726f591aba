"use client";

import type { Agent } from "@mosaic/contracts/agent";
import type { Provider } from "@mosaic/contracts/provider";
import { toast } from "sonner";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { useDeleteProvider } from "@/features/providers/provider-queries";
import { describeError } from "@/lib/api";

/** The agents that lose their model, or a fallback, with this provider. */
export const agentsUsing = (provider: Provider, agents: readonly Agent[]): { main: Agent[]; fallback: Agent[] } => {
  const main = agents.filter((agent) => agent.model?.providerId === provider.id);
  const fallback = agents.filter((agent) => !main.includes(agent) && agent.fallbacks.some(({ providerId }) => providerId === provider.id));
  return { main, fallback };
};

const names = (agents: readonly Agent[]): string => new Intl.ListFormat("en").format(agents.map(({ name }) => name));

export interface DeleteProviderProps {
  readonly provider: Provider | null;
  readonly agents: readonly Agent[];
  readonly onClose: () => void;
}

export function DeleteProvider({ provider, agents, onClose }: DeleteProviderProps) {
  const remove = useDeleteProvider();
  if (provider === null) return null;
  const { main, fallback } = agentsUsing(provider, agents);
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={`Delete the provider “${provider.name}”?`}
      confirmLabel="Delete provider"
      isBusy={remove.isPending}
      onConfirm={() =>
        remove.mutate(provider.id, {
          onSuccess: () => toast.success("Provider deleted"),
          onError: (error) => toast.error(describeError(error).title, { description: describeError(error).detail }),
          onSettled: onClose,
        })
      }
    >
      {main.length > 0 ? (
        <p>
          <strong className="font-semibold text-foreground">{names(main)}</strong> {main.length === 1 ? "uses" : "use"} it, and can’t answer
          until you choose another model.
        </p>
      ) : (
        <p>No agent uses it as its main model.</p>
      )}
      {fallback.length > 0 ? <p>{names(fallback)} will lose a fallback model.</p> : null}
      <p>{provider.hasKey ? "Its stored key is deleted too and can’t be brought back." : "This can’t be undone."}</p>
    </ConfirmDialog>
  );
}
