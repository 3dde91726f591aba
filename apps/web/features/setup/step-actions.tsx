"use client";

import { ArrowLeft, ArrowRight } from "lucide-react";
import { Button } from "@/components/ui/button";
import { m } from "@messages/setup";

export interface StepActionsProps {
  readonly onBack: (() => void) | null;
  readonly label: string;
  readonly isBusy?: boolean;
  /** Without it the button submits the form that it is in. */
  readonly onNext?: () => void;
}

export function StepActions({ onBack, label, isBusy = false, onNext }: StepActionsProps) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-3 border-t pt-6">
      {onBack === null ? (
        <span />
      ) : (
        <Button variant="ghost" onClick={onBack}>
          <ArrowLeft aria-hidden />
          {m.back}
        </Button>
      )}
      <Button type={onNext ? "button" : "submit"} size="lg" isBusy={isBusy} {...(onNext ? { onClick: onNext } : {})}>
        {label}
        {isBusy ? null : <ArrowRight aria-hidden />}
      </Button>
    </div>
  );
}
