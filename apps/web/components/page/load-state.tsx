import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { ListLoading } from "@/components/page/settings-section";
import { describeError } from "@/lib/api";
import { m } from "@messages/components";

/** A page's data, or what there is to say until it is there. */
export function Loaded<Data>({
  query,
  children,
}: {
  readonly query: Pick<UseQueryResult<Data>, "data" | "error" | "refetch" | "isFetching">;
  readonly children: (data: Data) => ReactNode;
}) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error === null) return <ListLoading />;
  const { title, detail } = describeError(query.error);
  return (
    <Notice
      tone="danger"
      role="alert"
      title={title}
      actions={
        <Button variant="secondary" size="sm" isBusy={query.isFetching} onClick={() => void query.refetch()}>
          {m.tryAgain}
        </Button>
      }
    >
      {detail}
    </Notice>
  );
}
