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

const modes: readonly { value: SignUpMode; title: string; description: string; icon: typeof Ticket }[] = [
  {
    value: "closed",
    title: "Closed",
    description: "Nobody can sign up. Accounts come from single sign-on only, and invite links don’t work.",
    icon: DoorClosed,
  },
  { value: "invite", title: "By invite", description: "Whoever has an invite link that you made can sign up.", icon: Ticket },
  { value: "open", title: "Open", description: "Anybody who can reach this page can make an account.", icon: DoorOpen },
];

export function SignUpModeChoice({ mode }: { readonly mode: SignUpMode }) {
  const id = useId();
  const save = useSaveSignUpMode();
  const [isOpening, setOpening] = useState(false);
  const put = (next: SignUpMode): void =>
    save.mutate(
      { mode: next },
      {
        onSuccess: () => toast.success(`Sign-up: ${modes.find(({ value }) => value === next)?.title.toLowerCase() ?? next}`),
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
        Who may sign up
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
        <Notice tone="warning" title="Anybody can sign up">
          Every new account can run agents on this machine and use the providers that you share. Keep this open only on a network where you
          trust everybody.
        </Notice>
      ) : null}
      <ConfirmDialog
        isOpen={isOpening}
        onClose={() => setOpening(false)}
        title="Open sign-up to everybody?"
        confirmLabel="Open sign-up"
        isBusy={save.isPending}
        onConfirm={() => put("open")}
      >
        <p>
          Anybody who can reach this page gets an account without asking you. They can run agents on this machine and use the providers that
          you share, at your cost.
        </p>
      </ConfirmDialog>
    </div>
  );
}
