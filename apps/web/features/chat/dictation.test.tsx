import { fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Dictation } from "@/features/chat/dictation";
import { readDraft, writeDraft } from "@/features/chat/drafts";
import { openPage } from "@/test/page";

/** As a browser's: it has what was said once it is stopped. */
class Recorder extends EventTarget {
  static isTypeSupported = (type: string): boolean => type.startsWith("audio/webm");
  mimeType = "audio/webm;codecs=opus";
  state = "inactive";
  start(): void {
    this.state = "recording";
  }
  stop(): void {
    this.state = "inactive";
    this.dispatchEvent(Object.assign(new Event("dataavailable"), { data: new Blob(["said"]) }));
    this.dispatchEvent(new Event("stop"));
  }
}

const stopTrack = vi.fn<() => void>();

beforeEach(() => {
  vi.stubGlobal("isSecureContext", true);
  vi.stubGlobal("MediaRecorder", Recorder);
  const stream = { getTracks: () => [{ stop: stopTrack }] };
  Object.defineProperty(navigator, "mediaDevices", { configurable: true, value: { getUserMedia: async () => stream } });
});

afterEach(() => {
  writeDraft("dictated", "");
  vi.unstubAllGlobals();
  stopTrack.mockReset();
  Reflect.deleteProperty(navigator, "mediaDevices");
});

const openDictation = async () => openPage(<Dictation agentId="a" draftKey="dictated" />, {});

const dictate = async (): Promise<void> => {
  fireEvent.click(screen.getByRole("button", { name: "Dictate" }));
  fireEvent.click(await screen.findByRole("button", { name: "Stop and write down" }));
};

describe("a recording that could not be written down", () => {
  test("is kept, and written down on demand", async () => {
    const answer = vi
      .fn<typeof fetch>()
      .mockRejectedValueOnce(new TypeError("no network"))
      .mockImplementation(async () => Response.json({ text: "Hello" }));
    await openDictation();
    vi.stubGlobal("fetch", answer);
    await dictate();
    fireEvent.click(await screen.findByRole("button", { name: "Try again" }));
    await waitFor(() => expect(readDraft("dictated")).toBe("Hello"));
    const [first, second] = answer.mock.calls.map(([, options]) => options?.body);
    expect(first).toBeInstanceOf(Blob);
    expect(second).toBe(first);
    expect(screen.getByRole("button", { name: "Dictate" })).toBeDefined();
  });

  test("goes with the conversation", async () => {
    const { unmount } = await openDictation();
    vi.stubGlobal("fetch", vi.fn<typeof fetch>().mockRejectedValue(new TypeError("no network")));
    await dictate();
    await screen.findByRole("button", { name: "Try again" });
    unmount();
    await openPage(null, {});
    await waitFor(() => expect(screen.queryByRole("button", { name: "Try again" })).toBeNull());
  });
});

test("a browser that can't record lets go of the microphone", async () => {
  vi.stubGlobal(
    "MediaRecorder",
    Object.assign(
      vi.fn<() => never>(() => {
        throw new Error("no codec");
      }),
      { isTypeSupported: () => false },
    ),
  );
  await openDictation();
  fireEvent.click(screen.getByRole("button", { name: "Dictate" }));
  await screen.findByText("The microphone can’t be used");
  expect(stopTrack).toHaveBeenCalledOnce();
});
