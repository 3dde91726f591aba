import type { IncomingHttpHeaders } from "node:http";

export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

export interface RequestLog {
  readonly requests: readonly RecordedRequest[];
  add(request: RecordedRequest): void;
  waitFor(predicate: (request: RecordedRequest) => boolean, timeoutMs?: number): Promise<RecordedRequest>;
}

const maxKept = 1_000;

/** Keeps nothing unless it is told to record: requests hold keys and conversations. */
export function createRequestLog(isRecording: boolean): RequestLog {
  const requests: RecordedRequest[] = [];
  const listeners = new Set<(request: RecordedRequest) => void>();
  return {
    requests,
    add: (request) => {
      if (!isRecording) return;
      requests.push(request);
      if (requests.length > maxKept) requests.shift();
      for (const listener of listeners) listener(request);
    },
    waitFor: (predicate, timeoutMs = 10_000) => {
      if (!isRecording) return Promise.reject(new Error("Start it with `record: true` to wait."));
      const past = requests.find(predicate);
      if (past) return Promise.resolve(past);
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          listeners.delete(listener);
          reject(new Error(`No such request within ${timeoutMs} ms.`));
        }, timeoutMs);
        const listener = (request: RecordedRequest): void => {
          if (!predicate(request)) return;
          clearTimeout(timer);
          listeners.delete(listener);
          resolve(request);
        };
        listeners.add(listener);
      });
    },
  };
}
