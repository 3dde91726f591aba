import { m } from "@messages/chat";

export function KeyHint({ isAnswering }: { readonly isAnswering: boolean }) {
  return (
    <p>
      <span className="max-sm:hidden">{isAnswering ? m.entersWait : m.shiftEnterStartsANew}</span>
      {m.agentsCanBeWrong}
    </p>
  );
}
