"use client";

import type { Message, MessageVersions } from "@mosaic/contracts/chat";
import { ChevronLeft, ChevronRight, Pencil, RefreshCw } from "lucide-react";
import { useEffect, useId, useRef } from "react";
import { Button } from "@/components/ui/button";
import { useBranchActions } from "@/features/chat/branch-actions";
import { m } from "@messages/chat";

type Way = "previous" | "next";

/** The version that was asked for takes the focus from the one that it replaces. */
let focused: { readonly messageId: string; readonly way: Way } | null = null;

/** "2 of 3", and the way to the versions beside this one. */
export function VersionSwitch({ message }: { readonly message: Message }) {
  const actions = useBranchActions();
  const { versions } = message;
  const group = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (focused?.messageId !== message.id) return;
    group.current?.querySelector<HTMLElement>(`[data-way=${focused.way}]`)?.focus();
    focused = null;
  }, [message.id]);
  if (versions === undefined || actions === null) return null;
  const show = (id: string | null, way: Way): void => {
    if (id === null || actions.isAnswering) return;
    focused = { messageId: id, way };
    void actions.show(id).then((isShown) => {
      if (!isShown && focused?.messageId === id) focused = null;
    });
  };
  return <Switch ref={group} versions={versions} isStill={actions.isAnswering} onShow={show} />;
}

function Switch({
  ref,
  versions: { place, count, previousId, nextId },
  isStill,
  onShow,
}: {
  readonly ref: React.Ref<HTMLDivElement>;
  readonly versions: MessageVersions;
  readonly isStill: boolean;
  readonly onShow: (id: string | null, way: Way) => void;
}) {
  const placeId = useId();
  const ways = [
    { way: "previous", id: previousId, label: m.previousVersion, icon: ChevronLeft },
    { way: "next", id: nextId, label: m.nextVersion, icon: ChevronRight },
  ] as const;
  const [previous, next] = ways.map(({ way, id, label, icon: Icon }) => (
    <Button
      key={way}
      variant="ghost"
      size="icon-sm"
      data-way={way}
      aria-label={label}
      aria-describedby={placeId}
      aria-disabled={id === null || isStill}
      className="text-muted-foreground"
      onClick={() => onShow(id, way)}
    >
      <Icon aria-hidden className="rtl:-scale-x-100" />
    </Button>
  ));
  return (
    <div ref={ref} role="group" aria-label={m.versions} className="flex items-center">
      {previous}
      <span id={placeId} className="text-xs tabular-nums">
        {m.placeOf(place, count)}
      </span>
      {next}
    </div>
  );
}

export function EditButton({ onEdit }: { readonly onEdit: () => void }) {
  const actions = useBranchActions();
  return actions === null ? null : (
    <Button
      variant="ghost"
      size="icon-sm"
      data-edit
      className="text-muted-foreground"
      aria-label={m.editMessage}
      aria-disabled={actions.isAnswering}
      onClick={() => (actions.isAnswering ? undefined : onEdit())}
    >
      <Pencil aria-hidden />
    </Button>
  );
}

export function AgainButton({ message }: { readonly message: Message }) {
  const actions = useBranchActions();
  return actions === null ? null : (
    <Button
      variant="ghost"
      size="icon-sm"
      className="text-muted-foreground"
      aria-label={m.answerAgain}
      aria-disabled={actions.isAnswering}
      onClick={() => (actions.isAnswering ? undefined : actions.again(message))}
    >
      <RefreshCw aria-hidden />
    </Button>
  );
}
