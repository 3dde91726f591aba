"use client";

import { useId } from "react";
import { toast } from "sonner";
import { Switch } from "@/components/ui/switch";
import { useDemoModel, useSaveDemoModel } from "@/features/admin-sharing/sharing-queries";
import { Loaded } from "@/components/page/load-state";
import { toastProblem } from "@/lib/toast-problem";

export function DemoModelSection() {
  const demo = useDemoModel();
  return (
    <section aria-labelledby="demo-model" className="grid gap-3">
      <h3 id="demo-model" className="font-medium">
        The demo model
      </h3>
      <Loaded query={demo}>{(isOn) => <DemoModelSwitch isOn={isOn} />}</Loaded>
    </section>
  );
}

function DemoModelSwitch({ isOn }: { readonly isOn: boolean }) {
  const id = useId();
  const save = useSaveDemoModel();
  const put = (next: boolean): void =>
    save.mutate(
      { isOn: next },
      {
        onSuccess: () => toast.success(next ? "Everybody may use the demo model" : "The demo model is switched off"),
        onError: toastProblem,
      },
    );
  return (
    <div className="flex items-center gap-6 rounded-xl border bg-card p-4 shadow-xs">
      <div className="grid min-w-0 flex-1 gap-0.5">
        <label htmlFor={id} className="text-sm font-medium">
          Offer the demo model
        </label>
        <p id={`${id}-text`} className="text-sm text-muted-foreground">
          It is built in, needs no key and has no intelligence. When it is off, nobody can add or test it, and agents that use it say so
          instead of answering, until another model is chosen for them.
        </p>
      </div>
      <Switch id={id} aria-describedby={`${id}-text`} checked={isOn} disabled={save.isPending} onCheckedChange={put} />
    </div>
  );
}
