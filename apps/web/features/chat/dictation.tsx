"use client";

import { dictationMaxMs, transcription } from "@mosaic/contracts/dictation";
import { LoaderCircle, Mic, Square } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { readDraft, writeDraft } from "@/features/chat/drafts";
import { request } from "@/lib/api";
import { toastWithRetry } from "@/lib/toast-problem";
import { m } from "@messages/chat";

type State = "idle" | "asking" | "listening" | "writing";

const labels: Readonly<Record<State, string>> = {
  idle: m.dictate,
  asking: m.waitingForTheMicrophone,
  listening: m.stopAndWriteDown,
  writing: m.writingDownWhatYouSaid,
};

const types = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"];

/** Speech into the draft: nothing is sent before its writer sends it. */
export function Dictation({ agentId, draftKey }: { readonly agentId: string; readonly draftKey: string }) {
  const { state, start, stop } = useDictation(agentId, (text) => {
    const before = readDraft(draftKey);
    writeDraft(draftKey, before === "" || /\s$/.test(before) ? before + text : `${before} ${text}`);
  });
  const isListening = state === "listening";
  return (
    <>
      <Button
        size="icon"
        variant={isListening ? "primary" : "ghost"}
        aria-label={labels[state]}
        title={labels[state]}
        className="rounded-xl"
        disabled={state === "asking" || state === "writing"}
        onClick={isListening ? stop : () => void start()}
      >
        {isListening ? (
          <Square aria-hidden fill="currentColor" className="size-3.5!" />
        ) : state === "writing" ? (
          <LoaderCircle aria-hidden className="animate-spin" />
        ) : (
          <Mic aria-hidden />
        )}
      </Button>
      <span role="status" className="sr-only">
        {isListening ? m.listening : state === "writing" ? labels.writing : ""}
      </span>
    </>
  );
}

const useDictation = (agentId: string, onText: (text: string) => void) => {
  const [state, setState] = useState<State>("idle");
  const recorder = useRef<MediaRecorder | null>(null);
  const left = useRef(new AbortController());
  const failures = useRef(new Set<string | number>());
  // Whoever leaves the conversation is not recorded any more, and what they said goes nowhere.
  useEffect(() => {
    const controller = new AbortController();
    const told = failures.current;
    left.current = controller;
    return () => {
      controller.abort();
      stopNow(recorder.current);
      told.forEach((id) => toast.dismiss(id));
    };
  }, []);
  const writeDown = async (audio: Blob): Promise<void> => {
    const { signal } = left.current;
    if (signal.aborted) return;
    // One that is tried again leaves the next one that is being recorded alone.
    setState((now) => (now === "listening" || now === "asking" ? now : "writing"));
    try {
      const { text } = await request(transcription, `/api/agents/${agentId}/transcription`, { method: "POST", body: audio, signal });
      if (text === "") toast.info(m.nothingWasHeard);
      else onText(text);
    } catch (error) {
      // What was said is kept for as long as the notice stands.
      const retry = { label: m.tryAgain, onClick: () => void writeDown(audio) };
      if (!signal.aborted) failures.current.add(toastWithRetry(error, retry));
    }
    if (!signal.aborted) setState((now) => (now === "writing" ? "idle" : now));
  };
  const start = async (): Promise<void> => {
    setState("asking");
    try {
      recorder.current = await record(left.current.signal, (audio) => {
        setState("writing");
        void writeDown(audio);
      });
      setState("listening");
    } catch (error) {
      setState("idle");
      toast.error(m.theMicrophoneCantBeUsed, { description: reasonOf(error) });
    }
  };
  return { state, start, stop: () => stopNow(recorder.current) };
};

const stopNow = (recorder: MediaRecorder | null): void => {
  if (recorder !== null && recorder.state !== "inactive") recorder.stop();
};

/** Records until it is stopped, three minutes at most, and lets go of the microphone then. */
const record = async (left: AbortSignal, onEnd: (audio: Blob) => void): Promise<MediaRecorder> => {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const letGo = (): void => stream.getTracks().forEach((track) => track.stop());
  try {
    const recorder = recorderOf(stream);
    const parts: Blob[] = [];
    const timer = setTimeout(() => stopNow(recorder), dictationMaxMs);
    recorder.addEventListener("dataavailable", ({ data }) => parts.push(data));
    recorder.addEventListener("stop", () => {
      clearTimeout(timer);
      letGo();
      onEnd(new Blob(parts, { type: recorder.mimeType.replace(/;.*/, "") }));
    });
    recorder.start();
    if (left.aborted) stopNow(recorder);
    return recorder;
  } catch (error) {
    letGo();
    throw error;
  }
};

const recorderOf = (stream: MediaStream): MediaRecorder => {
  const mimeType = types.find((type) => MediaRecorder.isTypeSupported(type));
  return new MediaRecorder(stream, { audioBitsPerSecond: 32_000, ...(mimeType === undefined ? {} : { mimeType }) });
};

const reasonOf = (error: unknown): string => {
  if (!window.isSecureContext) return m.browsersAllowItOnlyOn;
  if (error instanceof DOMException && error.name === "NotAllowedError") return m.allowItInTheBrowsers;
  if (error instanceof DOMException && error.name === "NotFoundError") return m.thereIsNoneOnThis;
  return error instanceof Error ? m.theBrowserSays(error.message) : String(error);
};
