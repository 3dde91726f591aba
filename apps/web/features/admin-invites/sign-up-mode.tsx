"use client";

import type { SignUpMode } from "@mosaic/contracts/account";
import { DoorClosed, DoorOpen, Ticket } from "lucide-react";
import { useId, useState } from "react";
import { toast } from "sonner";
import { ChoiceCard, ChoiceGroup } from "@/components/ui/choice-card";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Notice } from "@/components/ui/notice";
import { useSaveSignUpMode } from "@/features/admin-invites/invite-queries";
import { toastProblem } from "@/lib/toast-problem";
import { m } from "@messages/admin-invites";

const modes: readonly { value: SignUpMode; title: string; description: string; icon: typeof Ticket }[] = [
  {
    value: "closed",
    title: m.closed,
    description: m.nobodyCanSignUpAccounts,
    icon: DoorClosed,
  },
  { value: "invite", title: m.byInvite, description: m.whoeverHasAnInviteLink, icon: Ticket },
  { value: "open", title: m.open, description: m.anybodyWhoCanReachThis, icon: DoorOpen },
];

export function SignUpModeChoice({ mode }: { readonly mode: SignUpMode }) {
  const id = useId();
  const save = useSaveSignUpMode();
  const [isOpening, setOpening] = useState(false);
  const put = (next: SignUpMode): void =>
    save.mutate(
      { mode: next },
      {
        onSuccess: () => toast.success(m.signUp(modes.find(({ value }) => value === next)?.title ?? next)),
        onError: toastProblem,
        onSettled: () => setOpening(false),
      },
    );
  const choose = (next: string): void => {
    const chosen = modes.find(({ value }) => value === next)?.value;
    if (chosen === undefined || chosen === mode || save.isPending) return;
    if (chosen === "open") setOpening(true);
    else put(chosen);
  };
  return (
    <div className="grid gap-3">
      <h3 id={id} className="font-medium">
        {m.whoMaySignUp}
      </h3>
      <ChoiceGroup aria-labelledby={id} value={mode} onValueChange={choose} className="grid gap-3 md:grid-cols-3">
        {modes.map(({ value, title, description, icon: Icon }) => (
          <ChoiceCard
            key={value}
            value={value}
            title={title}
            description={description}
            icon={<Icon aria-hidden className="mt-0.5 size-4 shrink-0 text-muted-foreground" />}
          />
        ))}
      </ChoiceGroup>
      {mode === "open" ? (
        <Notice tone="warning" title={m.anybodyCanSignUp}>
          {m.everyNewAccountCanRun}
        </Notice>
      ) : null}
      <ConfirmDialog
        isOpen={isOpening}
        onClose={() => setOpening(false)}
        title={m.openSignUpToEverybody}
        confirmLabel={m.openSignUp}
        isBusy={save.isPending}
        onConfirm={() => put("open")}
      >
        <p>{m.anybodyWhoCanReachThis2}</p>
      </ConfirmDialog>
    </div>
  );
}
