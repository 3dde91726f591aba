export function KeyHint({ isAnswering }: { readonly isAnswering: boolean }) {
  return (
    <p>
      <span className="max-sm:hidden">
        {isAnswering ? "Enter sends after this answer" : "Enter sends"}, Shift + Enter starts a new line, Escape stops.{" "}
      </span>
      Agents can be wrong.
    </p>
  );
}
