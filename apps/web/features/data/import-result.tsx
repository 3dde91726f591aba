import { leftOutWords, omissionWords } from "@/features/data/import/import-words";
import type { ImportOutcome } from "@/features/data/import/run-import";

const conversations = (count: number): string => `${count.toLocaleString()} ${count === 1 ? "conversation" : "conversations"}`;

/** What came, and what did not and why. */
export function ImportResult({ outcome }: { readonly outcome: ImportOutcome }) {
  const { added, messages, known, leftOut, omissions } = outcome;
  return (
    <div role="status" className="grid gap-2 text-sm">
      <p className="font-medium">
        {conversations(added)} added, with {messages.toLocaleString()} {messages === 1 ? "message" : "messages"}.
      </p>
      {known > 0 ? <p>Here already: {conversations(known)}.</p> : null}
      {leftOut.size > 0 ? (
        <ul className="list-disc pl-5">
          {Array.from(leftOut, ([reason, count]) => (
            <li key={reason}>
              Left out: {conversations(count)}, {leftOutWords[reason]}.
            </li>
          ))}
        </ul>
      ) : null}
      {omissions.size > 0 ? (
        <>
          <p>Not imported from the file’s conversations:</p>
          <ul className="list-disc pl-5">
            {Array.from(omissions, ([omission, count]) => (
              <li key={omission}>
                {omissionWords[omission]}: {count.toLocaleString()}
              </li>
            ))}
          </ul>
        </>
      ) : null}
    </div>
  );
}
