"use client";

import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { SaveProblem } from "@/components/page/save-problem";
import { describeError } from "@/lib/api";
import { toastProblem } from "@/lib/toast-problem";
import { m } from "@messages/admin-declared-kinds";

export interface DeclarationProblemProps {
  readonly error: unknown;
  /** `null`: that would not help. */
  readonly onLoadAgain: (() => Promise<void>) | null;
}

/** Why the declaration was not saved. */
export function DeclarationProblem({ error, onLoadAgain }: DeclarationProblemProps) {
  const [isLoading, setLoading] = useState(false);
  if (error === null) return null;
  if (onLoadAgain === null) return <SaveProblem error={error} />;
  const load = (): void => {
    setLoading(true);
    void onLoadAgain()
      .catch(toastProblem)
      .finally(() => setLoading(false));
  };
  const { title, detail } = describeError(error);
  return (
    <Notice
      tone="danger"
      role="alert"
      title={title}
      actions={
        <Button variant="secondary" size="sm" isBusy={isLoading} onClick={load}>
          {m.loadAgain}
        </Button>
      }
    >
      {detail}
    </Notice>
  );
}

/** What somebody wrote is not lost when the editor shows another text. */
export function KeptText({ onPutBack }: { readonly onPutBack: () => void }) {
  return (
    <Notice
      tone="info"
      title={m.yourTextIsKept}
      actions={
        <Button variant="secondary" size="sm" onClick={onPutBack}>
          {m.putMyTextBack}
        </Button>
      }
    >
      {m.untilYouLeaveThisPage}
    </Notice>
  );
}
