"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import { Select } from "@/components/ui/select";
import { useAgents } from "@/features/agents/agent-queries";
import { useContinueShare, type CopyName } from "@/features/sharing/share-queries";
import { isProblem } from "@/lib/api";
import { toastProblem } from "@/lib/toast-problem";
import { m } from "@messages/shared-copy";

/** For whoever is signed in here: a conversation of their own that begins with the copy. */
export function ContinueCopy({ name }: { readonly name: CopyName }) {
  const agents = useAgents();
  const router = useRouter();
  const proceed = useContinueShare(name);
  const [chosen, setChosen] = useState<string | null>(null);
  if (isProblem(agents.error, "unauthenticated")) {
    return (
      <p className="text-sm text-muted-foreground">
        {m.openTheLinkAgain(
          <Link href="/login" className="underline underline-offset-4">
            {m.signIn}
          </Link>,
        )}
      </p>
    );
  }
  const agentId = agents.data?.find(({ id }) => id === chosen)?.id ?? agents.data?.[0]?.id;
  if (agents.data === undefined || agentId === undefined) return null;
  const start = (): void => proceed.mutate(agentId, { onSuccess: ({ id }) => router.push(`/chat?id=${id}`), onError: toastProblem });
  return (
    <div className="flex flex-wrap items-center gap-3 rounded-xl border bg-card p-3 shadow-xs">
      <Select
        aria-label={m.yourAgent}
        className="w-48"
        value={agentId}
        onChange={setChosen}
        groups={[{ label: "", options: agents.data.map(({ id, name: called, emoji }) => ({ value: id, label: `${emoji} ${called}` })) }]}
      />
      <Button isBusy={proceed.isPending} onClick={start}>
        {m.continueAsMyOwn}
      </Button>
    </div>
  );
}
