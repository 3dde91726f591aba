"use client";

import type { StageProgress, StartStage } from "@mosaic/contracts/agent";
import { Check } from "lucide-react";
import { cn } from "@/components/ui/cn";
import { Progress } from "@/components/ui/progress";
import { queuedHint, stageLabel, stageText } from "@/features/agents/stages";
import { useStartBar } from "@/features/agents/start-bar";
import { useElapsedSeconds } from "@/features/chat/elapsed";
import type { Turn } from "@/features/chat/turn";
import { formatElapsed } from "@/lib/time";
import { said } from "@/lib/said";
import { m } from "@messages/chat";

const preparing: readonly StartStage[] = ["installing", "pulling", "building", "queued"];
const always: readonly StartStage[] = ["creating", "starting", "waiting", "ready"];

export interface StageStep {
  readonly stage: StartStage;
  readonly state: "done" | "current" | "todo";
}

/** The steps of this start: what had to be prepared, if anything, and then what every start goes through. */
export const stageSteps = (seen: readonly StartStage[], current: StartStage): StageStep[] => {
  const stages = [...preparing.filter((stage) => seen.includes(stage) || stage === current), ...always];
  const at = stages.indexOf(current);
  return stages.map((stage, index) => ({ stage, state: index < at ? "done" : index === at ? "current" : "todo" }));
};

export function StartupCard({ turn, agentName }: { readonly turn: Turn; readonly agentName: string }) {
  return turn.stage === null ? null : <Card turn={turn} stage={turn.stage} agentName={agentName} />;
}

function Card({ turn, stage, agentName }: { readonly turn: Turn; readonly stage: StageProgress; readonly agentName: string }) {
  const seconds = useElapsedSeconds(turn.startedAt);
  const hasPrepared = turn.stagesSeen.some((seen) => seen !== "queued" && preparing.includes(seen));
  const { percent, words } = useStartBar(stage, hasPrepared);
  const waking = m.waking(Math.round(percent));
  const detail = stage.stage === "queued" ? queuedHint : stage.detail === null ? null : said(stage.detail);
  return (
    <div
      role="group"
      aria-label={`${m.startingAgent(agentName)}. ${waking}`}
      className="grid max-w-xl animate-rise gap-3.5 rounded-xl border bg-card p-4 shadow-xs"
    >
      <div className="flex items-baseline justify-between gap-4">
        <p className="text-sm font-medium">{m.startingAgent(agentName)}</p>
        <p className="text-[0.8125rem] tabular-nums text-muted-foreground">
          {waking} · {formatElapsed(seconds)}
        </p>
      </div>
      <Progress value={percent} label={m.startUpProgress} />
      <ol className="flex flex-wrap gap-x-4 gap-y-1.5">
        {stageSteps(turn.stagesSeen, stage.stage).map((step) => (
          <StageItem key={step.stage} step={step} current={step.state === "current" ? stage : null} />
        ))}
      </ol>
      {words === null ? null : <p className="text-[0.8125rem] text-muted-foreground">{words}</p>}
      {detail === null || detail === "" ? null : <p className="break-words text-[0.8125rem] text-muted-foreground">{detail}</p>}
    </div>
  );
}

function StageItem({ step, current }: { readonly step: StageStep; readonly current: StageProgress | null }) {
  const { stage, state } = step;
  return (
    <li
      aria-current={state === "current" ? "step" : undefined}
      className={cn(
        "flex items-center gap-1.5 text-[0.8125rem]",
        state === "current" ? "font-medium text-foreground" : "text-muted-foreground",
      )}
    >
      {state === "done" ? (
        <Check aria-hidden className="size-3.5 text-success" />
      ) : (
        <span
          aria-hidden
          className={cn("size-2 rounded-xs", state === "current" ? "animate-pulse bg-primary" : "bg-muted-foreground/40")}
        />
      )}
      {current === null ? stageText(stage) : stageLabel(current)}
      {current === null || current.percent === null ? "" : ` ${Math.round(current.percent)} %`}
    </li>
  );
}
