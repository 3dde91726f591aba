"use client";

import type { OwnShare, ReceivedShare, ShareLists } from "@mosaic/contracts/shares";
import { toast } from "sonner";
import { Loaded } from "@/components/page/load-state";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import { useRevokeShare, useShares } from "@/features/sharing/share-queries";
import { formatTime } from "@/lib/time";
import { toastProblem } from "@/lib/toast-problem";
import { m } from "@messages/sharing";

/** What one shows to others, and what others show to one. */
export function SharedLists() {
  const shares = useShares();
  return <Loaded query={shares}>{(lists) => <Lists lists={lists} />}</Loaded>;
}

function Lists({ lists: { own, received, hasLinks } }: { readonly lists: ShareLists }) {
  return (
    <div className="grid gap-5">
      <section aria-label={m.sharedByYou} className="grid gap-2">
        <h4 className="text-sm font-medium">{m.sharedByYou}</h4>
        {own.length === 0 ? (
          <p className="text-sm text-muted-foreground">{m.nothingYouShareAConversation}</p>
        ) : (
          <ul className="grid gap-2">
            {own.map((share) => (
              <OwnRow key={share.id} share={share} isClosed={share.kind === "link" && !hasLinks} />
            ))}
          </ul>
        )}
      </section>
      <section aria-label={m.sharedWithYou} className="grid gap-2">
        <h4 className="text-sm font-medium">{m.sharedWithYou}</h4>
        {received.length === 0 ? (
          <p className="text-sm text-muted-foreground">{m.nothingYet}</p>
        ) : (
          <ul className="grid gap-2">
            {received.map((share) => (
              <ReceivedRow key={share.id} share={share} />
            ))}
          </ul>
        )}
      </section>
    </div>
  );
}

const rowClass = "flex flex-wrap items-center gap-x-4 gap-y-2 rounded-lg border p-3";

function OwnRow({ share, isClosed }: { readonly share: OwnShare; readonly isClosed: boolean }) {
  const revoke = useRevokeShare();
  const stop = (): void =>
    revoke.mutate(share.id, { onSuccess: () => toast.success(m.isNotSharedAnyMore(share.title)), onError: toastProblem });
  return (
    <li className={rowClass}>
      <div className="grid min-w-0 flex-1 basis-48 gap-0.5">
        <p className="break-words text-sm font-medium">{share.title}</p>
        <p className="break-words text-[0.8125rem] text-muted-foreground">
          {share.kind === "link" ? m.everybodyWhoHasTheLink : m.forMembers(share.members.join(", "))} · {formatTime(share.createdAt)}
        </p>
      </div>
      {isClosed ? <Badge>{m.linksAreOff}</Badge> : null}
      <Button size="sm" variant="secondary" isBusy={revoke.isPending} aria-label={m.stopSharing(share.title)} onClick={stop}>
        {m.stopSharingShort}
      </Button>
    </li>
  );
}

function ReceivedRow({ share }: { readonly share: ReceivedShare }) {
  return (
    <li className={rowClass}>
      <div className="grid min-w-0 flex-1 basis-48 gap-0.5">
        <Link href={`/shared?id=${share.id}`} className="break-words text-sm font-medium underline-offset-4 hover:underline">
          {share.title}
        </Link>
        <p className="text-[0.8125rem] text-muted-foreground">{m.from(share.ownerName, formatTime(share.createdAt))}</p>
      </div>
    </li>
  );
}
