"use client";

import type { AgentToolGroup, AgentTools } from "@mosaic/contracts/agent";
import { useId } from "react";
import { Switch } from "@/components/ui/switch";
import { useRuntime } from "@/features/agents/agent-queries";
import { isolatedOnly, toolTexts } from "@/features/agents/agent-values";
import { m } from "@messages/agents";

const order: readonly AgentToolGroup[] = ["files", "web", "sessions", "shell", "browser"];

export interface ToolsFieldProps {
  /** That the kind of agent has: the others mean nothing to it. */
  readonly groups: readonly AgentToolGroup[];
  readonly value: AgentTools;
  readonly onChange: (tools: AgentTools) => void;
}

export function ToolsField({ groups, value, onChange }: ToolsFieldProps) {
  const id = useId();
  const isIsolated = useRuntime().data?.isIsolated !== false;
  if (groups.length === 0) return <OwnTools />;
  const tools = order.filter((group) => groups.includes(group));
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1.5 text-sm font-medium">{m.tools}</legend>
      <ul className="divide-y rounded-lg border bg-card">
        {tools.map((tool) => {
          const isDenied = !isIsolated && isolatedOnly.includes(tool);
          return (
            <li key={tool} className="flex items-center gap-4 px-4 py-3">
              <div className="grid min-w-0 flex-1 gap-0.5">
                <label htmlFor={`${id}-${tool}`} className="text-sm font-medium">
                  {toolTexts[tool].label}
                </label>
                <p id={`${id}-${tool}-text`} className="text-[0.8125rem] text-muted-foreground">
                  {toolTexts[tool].description}
                  {isDenied ? m.alwaysDeniedWhileAgentsAre : ""}
                </p>
              </div>
              <Switch
                id={`${id}-${tool}`}
                aria-describedby={`${id}-${tool}-text`}
                checked={value[tool]}
                onCheckedChange={(checked) => onChange({ ...value, [tool]: checked })}
              />
            </li>
          );
        })}
      </ul>
    </fieldset>
  );
}

function OwnTools() {
  return (
    <dl className="grid gap-1 text-sm">
      <dt className="font-medium">{m.tools}</dt>
      <dd className="text-muted-foreground">{m.agentsOfThisKindBring}</dd>
    </dl>
  );
}
