"use client";

import type { StageProgress } from "@mosaic/contracts/agent";
import { useEffect, useState } from "react";
import { paceText, startPercent } from "@/features/agents/stages";

const lookEveryMs = 500;

/** A bar that never goes back, and the words beside it. */
export const useStartBar = (progress: StageProgress, hasPrepared: boolean): { percent: number; words: string | null } => {
  const [heardAtMs] = useState(() => Date.now());
  const [bar, setBar] = useState(() => barOf(progress, { nowMs: heardAtMs, heardAtMs, hasPrepared }));
  useEffect(() => {
    const timer = setInterval(() => {
      const next = barOf(progress, { nowMs: Date.now(), heardAtMs, hasPrepared });
      setBar((before) => ({ ...next, percent: Math.max(before.percent, next.percent) }));
    }, lookEveryMs);
    return () => clearInterval(timer);
  }, [progress, heardAtMs, hasPrepared]);
  return bar;
};

const barOf = (progress: StageProgress, times: Parameters<typeof startPercent>[1]): { percent: number; words: string | null } => ({
  percent: startPercent(progress, times),
  words: paceText(progress, times.nowMs),
});
