"use client";

import { useId } from "react";
import { CopyField } from "@/components/ui/copy-field";
import { Loaded } from "@/components/page/load-state";
import { useAgents } from "@/features/agents/agent-queries";
import { modelIdOf } from "@/features/agents/agent-values";
import { m } from "@messages/account";

/** What a program that speaks OpenAI's API is to be told, to reach one's agents. */
export function OtherPrograms() {
  const agents = useAgents();
  const id = useId();
  return (
    <section aria-labelledby={id} className="grid gap-4 rounded-xl border bg-card p-4 shadow-xs">
      <div className="grid gap-1">
        <h3 id={id} className="font-medium">
          {m.yourAgentsInOtherPrograms}
        </h3>
        <p className="max-w-prose text-sm text-muted-foreground">{m.inAProgramThatSpeaks}</p>
      </div>
      <Loaded query={agents}>
        {(list) => (
          <>
            <CopyField label={m.baseUrl} text={`${window.location.origin}/v1`} copyLabel={m.copyTheBaseUrl} />
            {list.length === 0 ? <p className="text-sm text-muted-foreground">{m.youHaveNoAgentYet}</p> : null}
            {list.map((agent) => (
              <CopyField key={agent.id} label={m.modelOf(agent.name)} text={modelIdOf(agent)} copyLabel={m.copyTheModelOf(agent.name)} />
            ))}
          </>
        )}
      </Loaded>
    </section>
  );
}
