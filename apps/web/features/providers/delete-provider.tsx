"use client";

import type { Agent } from "@mosaic/contracts/agent";
import type { Provider } from "@mosaic/contracts/provider";
import { toast } from "sonner";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { useDeleteProvider } from "@/features/providers/provider-queries";
import { describeError } from "@/lib/api";
import { locale } from "@/lib/language";
import { m } from "@messages/providers";

/** The agents that lose their model, or a fallback, with this provider. */
export const agentsUsing = (provider: Provider, agents: readonly Agent[]): { main: Agent[]; fallback: Agent[] } => {
  const main = agents.filter((agent) => agent.model?.providerId === provider.id);
  const fallback = agents.filter((agent) => !main.includes(agent) && agent.fallbacks.some(({ providerId }) => providerId === provider.id));
  return { main, fallback };
};

const names = (agents: readonly Agent[]): string => new Intl.ListFormat(locale()).format(agents.map(({ name }) => name));

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
      title={m.deleteTheProvider(provider.name)}
      confirmLabel={m.deleteProvider}
      isBusy={remove.isPending}
      onConfirm={() =>
        remove.mutate(provider.id, {
          onSuccess: () => toast.success(m.providerDeleted),
          onError: (error) => toast.error(describeError(error).title, { description: describeError(error).detail }),
          onSettled: onClose,
        })
      }
    >
      {main.length > 0 ? (
        <p>{m.itAndCantAnswerUntil(<strong className="font-semibold text-foreground">{names(main)}</strong>, main.length)}</p>
      ) : (
        <p>{m.noAgentUsesItAs}</p>
      )}
      {fallback.length > 0 ? <p>{m.willLoseAFallbackModel(names(fallback))}</p> : null}
      <p>{provider.hasKey ? m.itsStoredKeyIsDeleted : m.thisCantBeUndone}</p>
    </ConfirmDialog>
  );
}
