"use client";

import { chatFile, fileNameHeader, type ChatFile } from "@mosaic/contracts/files";
import { problem as problemSchema } from "@mosaic/contracts/problem";
import { ApiProblem, NetworkProblem } from "@/lib/api-problem";
import { m } from "@messages/problems";

/** `fetch` does not tell how far a body has gone. Rejects as `request` does; an abort rejects with the signal's reason. */
export const uploadFile = (file: File, onProgress: (percent: number) => void, signal: AbortSignal): Promise<ChatFile> =>
  new Promise((resolve, reject) => {
    const call = new XMLHttpRequest();
    call.open("POST", new URL("/api/files", document.baseURI));
    call.setRequestHeader("content-type", "application/octet-stream");
    call.setRequestHeader(fileNameHeader, encodeURIComponent(file.name.toWellFormed()));
    call.upload.addEventListener("progress", ({ loaded, total }) => onProgress(total === 0 ? 0 : (loaded / total) * 100));
    call.addEventListener("load", () => {
      const told = jsonOf(call.responseText);
      const stored = chatFile.safeParse(told);
      if (call.status === 201 && stored.success) resolve(stored.data);
      else reject(problemOf(told, call.status));
    });
    call.addEventListener("error", () => reject(new NetworkProblem(new Error("the upload broke off"))));
    call.addEventListener("abort", () => reject(signal.reason instanceof Error ? signal.reason : new Error("the upload was given up")));
    signal.addEventListener("abort", () => call.abort(), { once: true });
    call.send(file);
  });

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
};

const problemOf = (told: unknown, status: number): ApiProblem => {
  const parsed = problemSchema.safeParse(told);
  const detail = m.theServerAnswered(status);
  return new ApiProblem(parsed.success ? parsed.data : { type: "about:blank", title: m.titles.internal, status, code: "internal", detail });
};
