import type { Message } from "@mosaic/contracts/chat";
import { useEffect, useState } from "react";
import type { OlderMessages } from "@/features/chat/conversation-messages";
import type { MessageRows } from "@/features/chat/message-rows";

const mostFrames = 60;

export interface WantedMessageOptions {
  readonly wantedId: string | null;
  readonly messages: readonly Message[];
  readonly hasOlder: boolean;
  readonly older: OlderMessages;
  readonly rows: Pick<MessageRows, "jumpTo" | "scroller">;
}

/**
 * Brings the message that the address names into view, loading what was said since first if it is far back, and gives it the focus. The address names
 * none from then on, so that it can name the same again. Tells which one it was.
 */
export const useWantedMessage = ({ wantedId, messages, hasOlder, older, rows }: WantedMessageOptions): string | null => {
  const [foundId, setFoundId] = useState<string | null>(null);
  const { isLoading, error, load } = older;
  const { jumpTo, scroller } = rows;
  const index = wantedId === null ? -1 : messages.findIndex(({ id }) => id === wantedId);
  useEffect(() => {
    if (wantedId === null) return;
    if (index < 0) {
      if (hasOlder && !isLoading && error === null) void load();
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
      const address = new URL(window.location.href);
      address.searchParams.delete("message");
      window.history.replaceState(null, "", address);
    };
    frame = requestAnimationFrame(() => {
      // Of the one before: the same one is marked anew.
      setFoundId(null);
      frame = requestAnimationFrame(() => show(mostFrames));
    });
    return () => cancelAnimationFrame(frame);
  }, [wantedId, index, hasOlder, isLoading, error, load, jumpTo, scroller]);
  return foundId;
};
