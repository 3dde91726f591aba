"use client";

import type { Agent } from "@mosaic/contracts/agent";
import { ChevronDown, CircleAlert, LoaderCircle } from "lucide-react";
import { useRouter } from "next/navigation";
import { useId, useState } from "react";
import { toast } from "sonner";
import { Menu, MenuChoice, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from "@/components/ui/menu";
import { useSaveSystemAgent } from "@/features/admin-system-agents/system-agent-queries";
import { useSaveAgent } from "@/features/agents/agent-queries";
import { decodeModel, encodeModel, modelGroups } from "@/features/agents/agent-values";
import type { ChatAgent } from "@/features/chat/chat-agents";
import { cn } from "@/components/ui/cn";
import { useModelSources } from "@/lib/provider-list";
import { toastProblem } from "@/lib/toast-problem";
import { m } from "@messages/chat";

/** The model that answers, and the choice of another one for the agent: in this conversation and in all others, from the next message on. */
export function ModelMenu({ agent }: { readonly agent: ChatAgent }) {
  const [isOpen, setOpen] = useState(false);
  const { isPending, choose } = useChooseModel(agent);
  const hintId = useId();
  const name = agent.effectiveModel?.model ?? null;
  const Icon = isPending ? LoaderCircle : name === null ? CircleAlert : ChevronDown;
  return (
    <Menu open={isOpen} onOpenChange={setOpen}>
      <MenuTrigger
        aria-label={name === null ? m.modelOfNone(agent.name) : m.modelOf(agent.name, name)}
        aria-busy={isPending}
        title={name ?? undefined}
        className={cn(
          "flex min-h-6 min-w-0 items-center gap-1 rounded-md px-1 text-[0.8125rem] text-muted-foreground hover:bg-accent hover:text-accent-foreground data-[state=open]:bg-accent [&_svg]:size-3.5 [&_svg]:shrink-0",
          name === null && "text-warning",
        )}
      >
        <span className="truncate">{name ?? m.noModel}</span>
        <Icon aria-hidden className={isPending ? "motion-safe:animate-spin" : undefined} />
      </MenuTrigger>
      <MenuContent
        align="start"
        aria-describedby={hintId}
        className="max-h-[min(70dvh,28rem)] w-72 max-w-[calc(100vw-1.5rem)] overflow-y-auto"
      >
        <div id={hintId} className="px-2.5 pb-1 pt-1.5 text-xs text-muted-foreground">
          {m.changesTheModelOfEverywhere(agent.name)}
        </div>
        <ModelChoices
          agent={agent}
          onChoose={(value) => {
            setOpen(false);
            choose(value);
          }}
        />
      </MenuContent>
    </Menu>
  );
}

/** `value`: as `encodeModel` writes it; empty for the default. */
const useChooseModel = (agent: ChatAgent) => {
  const own = useSaveAgent();
  const system = useSaveSystemAgent();
  const choose = (value: string): void => {
    if (value === encodeModel(agent.model)) return;
    const model = decodeModel(value);
    const fallbacks = agent.fallbacks.filter((fallback) => encodeModel(fallback) !== value);
    const change = { id: agent.id, body: model === null ? { model } : { model, fallbacks } };
    const said = (changed: Agent) =>
      toast(changed.effectiveModel === null ? m.nowUsesNone(agent.name) : m.nowUses(agent.name, changed.effectiveModel.model));
    const saved = agent.isSystem ? system.mutateAsync(change) : own.mutateAsync(change);
    saved.then(said, toastProblem);
  };
  return { isPending: own.isPending || system.isPending, choose };
};

function ModelChoices({ agent, onChoose }: { readonly agent: ChatAgent; readonly onChoose: (value: string) => void }) {
  const router = useRouter();
  const { data: sources, isError } = useModelSources();
  const chosen = encodeModel(agent.model);
  const groups = sources === undefined ? [] : modelGroups(sources, [chosen]);
  const isEmpty = sources !== undefined && groups.length === 0;
  return (
    <>
      {sources === undefined ? (
        <div role="status" className="px-2.5 py-2 text-sm text-muted-foreground">
          {isError ? m.theModelsCouldNotBe : m.loading}
        </div>
      ) : null}
      {groups.map(({ label, options }) => (
        <MenuChoice
          key={options[0]?.value ?? label}
          label={label}
          value={chosen}
          onChange={onChoose}
          options={options.map((option) => ({ ...option, icon: null }))}
        />
      ))}
      {chosen === "" || sources === undefined ? null : (
        <>
          <MenuSeparator />
          <MenuItem onSelect={() => onChoose("")}>{m.takeTheDefaultModel}</MenuItem>
        </>
      )}
      {isEmpty ? <MenuItem onSelect={() => router.push("/settings/providers")}>{m.addAProviderFirst}</MenuItem> : null}
    </>
  );
}
