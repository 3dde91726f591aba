import type { ImportedBackends } from "@mosaic/contracts/backend-declarations";
import { Notice } from "@/components/ui/notice";
import { said } from "@/lib/said";
import { m } from "@messages/admin-declared-kinds";

const parts = [
  { part: "added", label: m.adds },
  { part: "changed", label: m.changes },
  { part: "unchanged", label: m.leavesAsTheyAre },
] as const;

/** What would come of an import. */
export function ImportTrial({ trial }: { readonly trial: ImportedBackends }) {
  const isNothing = trial.added.length + trial.changed.length === 0;
  return (
    <div className="grid gap-3">
      <Notice tone="info" title={isNothing ? m.thereIsNothingToImport : m.thisIsWhatTheImportDoes}>
        <dl className="grid gap-x-4 gap-y-1 sm:grid-cols-[auto_1fr]">
          {parts
            .filter(({ part }) => trial[part].length > 0)
            .map(({ part, label }) => (
              <div key={part} className="contents">
                <dt className="font-medium">{label}</dt>
                <dd className="min-w-0 break-words font-mono text-[0.8125rem]">{trial[part].join(", ")}</dd>
              </div>
            ))}
        </dl>
        {trial.changed.length === 0 ? null : <p className="pt-1">{m.runningAgentsRestart}</p>}
      </Notice>
      {trial.notes.length === 0 ? null : (
        <Notice tone="warning" title={m.whatCantBeCarriedOver}>
          <ul className="list-disc space-y-1 ps-5">
            {trial.notes.map((note) => (
              <li key={note}>{said(note)}</li>
            ))}
          </ul>
        </Notice>
      )}
    </div>
  );
}
