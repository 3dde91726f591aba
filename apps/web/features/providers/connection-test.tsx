"use client";

import type { ProviderTestResult } from "@mosaic/contracts/provider";
import { PlugZap } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { AllowAddress, UseAddress } from "@/features/providers/allow-address";
import { describeError } from "@/lib/api";
import { withDecimals } from "@/lib/count";
import { said } from "@/lib/said";
import { m } from "@messages/providers";

export type ConnectionState =
  | { readonly kind: "untested" }
  | { readonly kind: "testing" }
  | { readonly kind: "tested"; readonly result: ProviderTestResult }
  | { readonly kind: "failed"; readonly error: unknown };

const untested: ConnectionState = { kind: "untested" };

/** One test at a time: a new one, a change of the fields, or leaving the page ends the one before. */
export const useConnectionTest = () => {
  const [state, setState] = useState<ConnectionState>(untested);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);
  const forget = (): void => {
    running.current?.abort();
    running.current = null;
    setState(untested);
  };
  const run = async (test: (signal: AbortSignal) => Promise<ProviderTestResult>): Promise<ProviderTestResult | null> => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    setState({ kind: "testing" });
    try {
      const result = await test(controller.signal);
      if (controller.signal.aborted) return null;
      setState({ kind: "tested", result });
      return result;
    } catch (error) {
      if (!controller.signal.aborted) setState({ kind: "failed", error });
      return null;
    }
  };
  return { state, run, forget };
};

export function ConnectionTest({
  state,
  onTest,
  onUse,
  onCancel,
}: {
  readonly state: ConnectionState;
  readonly onTest: () => void;
  /** Takes an address that agents reach in place of the one that was tested. */
  readonly onUse: (address: string) => void;
  readonly onCancel: () => void;
}) {
  const isTesting = state.kind === "testing";
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap items-center gap-3">
        <Button variant="secondary" onClick={onTest} isBusy={isTesting}>
          {isTesting ? null : <PlugZap aria-hidden />}
          {isTesting ? m.testingTheConnection : m.testConnection}
        </Button>
        {isTesting ? (
          <Button variant="ghost" onClick={onCancel}>
            {m.cancelTest}
          </Button>
        ) : null}
      </div>
      <div role="status">
        {isTesting ? (
          <p className="text-sm text-muted-foreground">{m.callingTheProviderAsAn}</p>
        ) : (
          <Outcome state={state} onTest={onTest} onUse={onUse} />
        )}
      </div>
    </div>
  );
}

interface OutcomeProps {
  readonly state: ConnectionState;
  readonly onTest: () => void;
  readonly onUse: (address: string) => void;
}

function Outcome({ state, onTest, onUse }: OutcomeProps) {
  if (state.kind === "failed") {
    const { title, detail } = describeError(state.error);
    return (
      <Notice tone="danger" title={title}>
        {detail}
      </Notice>
    );
  }
  if (state.kind !== "tested") return null;
  const { result } = state;
  const isOk = result.outcome === "ok";
  const isDoubtful = isOk && result.caution !== null;
  return (
    <Notice
      tone={isDoubtful ? "warning" : isOk ? "success" : "danger"}
      title={isDoubtful ? m.theConnectionWorksForMosaic : isOk ? m.theConnectionWorks : m.theConnectionDoesNotWork}
      actions={
        result.agentAddress !== null ? (
          <UseAddress address={result.agentAddress} onUse={onUse} />
        ) : result.allow === null ? null : (
          <AllowAddress address={result.allow} onAllowed={onTest} />
        )
      }
    >
      {said(result.message)}
      {result.caution === null ? null : ` ${said(result.caution)}`}
      <span className="text-muted-foreground"> ({withDecimals((result.durationMs / 1000).toFixed(1))} s)</span>
    </Notice>
  );
}
