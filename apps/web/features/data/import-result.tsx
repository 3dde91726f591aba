import { omissionWords } from "@/features/data/import/import-words";
import type { ImportOutcome } from "@/features/data/import/run-import";
import { formatNumber } from "@/lib/count";
import { m } from "@messages/data";

/** What came, and what did not and why. */
export function ImportResult({ outcome }: { readonly outcome: ImportOutcome }) {
  const { added, messages, known, files, leftOut, omissions } = outcome;
  return (
    <div role="status" className="grid gap-2 text-sm">
      <p className="font-medium">{m.addedWith(m.conversations(added), messages)}</p>
      {known > 0 ? <p>{m.hereAlready(m.conversations(known))}</p> : null}
      {files > 0 ? <p>{m.filesLeftOut(files)}</p> : null}
      {leftOut.size > 0 ? (
        <ul className="list-disc ps-5">
          {Array.from(leftOut, ([reason, count]) => (
            <li key={reason}>{m.leftOut(m.conversations(count), m.reasons[reason])}</li>
          ))}
        </ul>
      ) : null}
      {omissions.size > 0 ? (
        <>
          <p>{m.notImportedFromTheFiles}</p>
          <ul className="list-disc ps-5">
            {Array.from(omissions, ([omission, count]) => (
              <li key={omission}>
                {omissionWords[omission]}: {formatNumber(count)}
              </li>
            ))}
          </ul>
        </>
      ) : null}
    </div>
  );
}
