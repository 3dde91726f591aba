"use client";

import { useId } from "react";
import { toast } from "sonner";
import { Switch } from "@/components/ui/switch";
import { useDemoModel, useSaveDemoModel } from "@/features/admin-sharing/sharing-queries";
import { Loaded } from "@/components/page/load-state";
import { toastProblem } from "@/lib/toast-problem";
import { m } from "@messages/admin-sharing";

export function DemoModelSection() {
  const demo = useDemoModel();
  return (
    <section aria-labelledby="demo-model" className="grid gap-3">
      <h3 id="demo-model" className="font-medium">
        {m.theDemoModel}
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
        onSuccess: () => toast.success(next ? m.everybodyMayUseTheDemo : m.theDemoModelIsSwitched),
        onError: toastProblem,
      },
    );
  return (
    <div className="flex items-center gap-6 rounded-xl border bg-card p-4 shadow-xs">
      <div className="grid min-w-0 flex-1 gap-0.5">
        <label htmlFor={id} className="text-sm font-medium">
          {m.offerTheDemoModel}
        </label>
        <p id={`${id}-text`} className="text-sm text-muted-foreground">
          {m.itIsBuiltInNeeds}
        </p>
      </div>
      <Switch id={id} aria-describedby={`${id}-text`} checked={isOn} disabled={save.isPending} onCheckedChange={put} />
    </div>
  );
}
