"use client";

import type { BackendSettings } from "@mosaic/contracts/admin-containers";
import { Download, FileCode, Plus, Upload } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import { EmptyState } from "@/components/page/settings-section";
import { ImageCheckButton } from "@/features/admin-backends/image-check";
import { KindHead } from "@/features/admin-backends/kind-head";
import { useExportKinds } from "@/features/admin-declared-kinds/declaration-queries";
import { DeleteKind } from "@/features/admin-declared-kinds/delete-kind";
import { toastProblem } from "@/lib/toast-problem";
import { m } from "@messages/admin-declared-kinds";

/** Kinds of agents that admins added without code. */
export function DeclaredKinds({ kinds }: { readonly kinds: readonly BackendSettings[] }) {
  const [deleted, setDeleted] = useState<BackendSettings | null>(null);
  return (
    <section aria-labelledby="declared-kinds" className="grid gap-4">
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="grid min-w-0 flex-1 basis-64 gap-1">
          <h3 id="declared-kinds" className="font-medium">
            {m.declaredKinds}
          </h3>
          <p className="text-sm text-muted-foreground">{m.kindsOfAgentsThatYouAdd}</p>
        </div>
        <Actions hasSome={kinds.length > 0} />
      </div>
      {kinds.length === 0 ? (
        <EmptyState level={4} icon={<FileCode aria-hidden />} title={m.noKindIsDeclaredYet} action={<DeclareLink />}>
          {m.beginWithTheExample}
        </EmptyState>
      ) : (
        <ul className="grid gap-4">
          {kinds.map((kind) => (
            <DeclaredKind key={kind.id} kind={kind} onDelete={() => setDeleted(kind)} />
          ))}
        </ul>
      )}
      <DeleteKind kind={deleted} onClose={() => setDeleted(null)} />
    </section>
  );
}

function DeclareLink() {
  return (
    <Button asChild>
      <Link href="/admin/backends?add=declaration">
        <Plus aria-hidden />
        {m.declareAKind}
      </Link>
    </Button>
  );
}

function Actions({ hasSome }: { readonly hasSome: boolean }) {
  const save = useExportKinds();
  return (
    <div className="flex flex-wrap gap-2">
      {hasSome ? (
        <Button variant="secondary" isBusy={save.isPending} onClick={() => save.mutate(undefined, { onError: toastProblem })}>
          <Download aria-hidden />
          {m.exportAll}
        </Button>
      ) : null}
      <Button asChild variant="secondary">
        <Link href="/admin/backends?add=import">
          <Upload aria-hidden />
          {m.import}
        </Link>
      </Button>
      {hasSome ? <DeclareLink /> : null}
    </div>
  );
}

function DeclaredKind({ kind, onDelete }: { readonly kind: BackendSettings; readonly onDelete: () => void }) {
  const id = `declared-${kind.id}`;
  return (
    <li aria-labelledby={id} className="grid gap-5 rounded-xl border bg-card p-4 shadow-xs sm:p-6">
      <KindHead kind={kind} id={id} level={4} />
      <dl className="grid gap-1 text-sm">
        <dt className="font-medium">{m.image}</dt>
        <dd dir="ltr" className="break-all text-start font-mono text-[0.8125rem] text-muted-foreground">
          {kind.image}
        </dd>
        <dd className="text-[0.8125rem] text-muted-foreground">{m.itsImageAndLimits}</dd>
      </dl>
      <div className="pt-3">
        <ImageCheckButton backendId={kind.id} isUnsaved={false} />
      </div>
      <div className="flex flex-wrap gap-2">
        <Button asChild variant="secondary">
          <Link href={`/admin/backends?declaration=${encodeURIComponent(kind.id)}`} aria-describedby={id}>
            {m.editDeclaration}
          </Link>
        </Button>
        <Button variant="danger-ghost" aria-describedby={id} onClick={onDelete}>
          {m.deleteKind}
        </Button>
      </div>
    </li>
  );
}
