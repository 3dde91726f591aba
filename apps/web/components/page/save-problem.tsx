import { Notice } from "@/components/ui/notice";
import { describeError } from "@/lib/api";

/** Why something was not saved, in the form that was to save it. */
export function SaveProblem({ error }: { readonly error: unknown }) {
  const { title, detail } = describeError(error);
  return (
    <Notice tone="danger" role="alert" title={title}>
      {detail}
    </Notice>
  );
}
