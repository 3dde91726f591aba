import { act, renderHook, waitFor } from "@testing-library/react";
import { createRef } from "react";
import { afterEach, expect, test, vi } from "vitest";
import { useWantedMessage } from "@/features/chat/wanted-message";

afterEach(() => window.history.replaceState(null, "", "/"));

test("a message that could not be loaded is no longer named in the address, so that it can be asked for again", async () => {
  const open = vi.fn<(id: string) => Promise<void>>().mockRejectedValue(new Error("no network"));
  const rows = { jumpTo: () => undefined, scroller: createRef<HTMLDivElement>() };
  const messages: never[] = [];
  window.history.replaceState(null, "", "/chat?id=c&message=m");
  const wants = (wantedId: string | null) => ({ wantedId });
  const { rerender } = renderHook(({ wantedId }) => useWantedMessage({ wantedId, messages, open, rows }), { initialProps: wants("m") });
  await waitFor(() => expect(window.location.search).toBe("?id=c"));
  rerender(wants(null));
  window.history.replaceState(null, "", "/chat?id=c&message=m");
  rerender(wants("m"));
  expect(open).toHaveBeenCalledTimes(2);
  // What the address names by now is another's.
  window.history.replaceState(null, "", "/chat?id=c&message=other");
  await act(async () => undefined);
  expect(window.location.search).toBe("?id=c&message=other");
});
