import type { Message } from "@mosaic/contracts/chat";
import { useCallback, useEffect, useRef, useState } from "react";
import { toast } from "sonner";
import { useBranchActions } from "@/features/chat/branch-actions";
import type { MessageRows } from "@/features/chat/message-rows";
import type { MessageWindow } from "@/features/chat/message-window";
import { isProblem } from "@/lib/api";
import { toastProblem } from "@/lib/toast-problem";
import { m } from "@messages/chat";

const mostFrames = 60;

export interface WantedMessageOptions {
  readonly wantedId: string | null;
  readonly messages: readonly Message[];
  readonly open: MessageWindow["open"];
  readonly rows: Pick<MessageRows, "jumpTo" | "scroller">;
}

/**
 * Brings the message that the address names into view, with its neighbours alone if it is far back, and gives it the focus. The address names none from
 * then on, so that it can name the same again. Tells which one it was.
 */
export const useWantedMessage = ({ wantedId, messages, open, rows }: WantedMessageOptions): string | null => {
  const [foundId, setFoundId] = useState<string | null>(null);
  const asked = useRef<string | null>(null);
  const { jumpTo, scroller } = rows;
  const showPath = useBranchActions()?.showPath;
  const find = useCallback(
    async (id: string): Promise<void> => {
      try {
        await open(id);
      } catch (error) {
        // It may be on another branch: the path through it is shown then.
        if (showPath === undefined || !isProblem(error, "not_found")) throw error;
        await showPath(id);
        await open(id);
      }
    },
    [open, showPath],
  );
  const index = wantedId === null ? -1 : messages.findIndex(({ id }) => id === wantedId);
  useEffect(() => {
    if (wantedId === null) {
      asked.current = null;
      return;
    }
    if (index < 0) {
      if (asked.current === wantedId) return;
      asked.current = wantedId;
      find(wantedId).catch((error: unknown) => {
        if (isProblem(error, "not_found")) toast.error(m.thatMessageIsNoLonger);
        else toastProblem(error);
        // So that it can be asked for again.
        forgetInAddress(wantedId);
      });
      return;
    }
    let frame = 0;
    const show = (framesLeft: number): void => {
      const row = scroller.current?.querySelector<HTMLElement>(`li[data-index="${index}"]`);
      jumpTo(index);
      // A row that was far away is in the page once the list has scrolled.
      if (!row && framesLeft > 0) {
        frame = requestAnimationFrame(() => show(framesLeft - 1));
        return;
      }
      row?.focus({ preventScroll: true });
      setFoundId(wantedId);
      forgetInAddress(wantedId);
    };
    frame = requestAnimationFrame(() => {
      // Of the one before: the same one is marked anew.
      setFoundId(null);
      frame = requestAnimationFrame(() => show(mostFrames));
    });
    return () => cancelAnimationFrame(frame);
  }, [wantedId, index, find, jumpTo, scroller]);
  return foundId;
};

/** Another one that it names by now stays. */
const forgetInAddress = (id: string): void => {
  const address = new URL(window.location.href);
  if (address.searchParams.get("message") !== id) return;
  address.searchParams.delete("message");
  window.history.replaceState(null, "", address);
};
