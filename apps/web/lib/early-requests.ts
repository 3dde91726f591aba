/** A request that was sent before the page's own scripts were there. */
interface EarlyRequest {
  readonly answer: Promise<Response>;
  readonly stop: () => void;
  readonly sentAt: number;
}

declare global {
  var mosaicEarly: Record<string, EarlyRequest> | undefined;
}

/** What nobody has taken by then is asked for anew. */
const keptMs = 30_000;

/**
 * Runs as text in the exported pages. An open chat asks for what it shows while its scripts are still loaded and run, and not after. The events go first:
 * what changes from then on is heard. Whoever is not signed in is asked for nothing more, and a setup token goes in no early request.
 */
export const earlyRequestsScript = `(() => {
  if (location.pathname !== "/chat" || sessionStorage.getItem("mosaic.setup-token") !== null) return;
  const early = (globalThis.mosaicEarly = {});
  const ask = (path, accept) => {
    const controller = new AbortController();
    const answer = fetch(path, {
      headers: { accept: accept || "application/json", "x-mosaic-view": document.visibilityState },
      credentials: "same-origin",
      cache: "no-store",
      signal: controller.signal,
    });
    answer.catch(() => undefined);
    early[path] = { answer, stop: () => controller.abort(), sentAt: Date.now() };
    return answer;
  };
  ask("/api/onboarding/status")
    .then((answer) => (answer.ok ? answer.clone().json() : null))
    .then((status) => {
      if (!status || !status.isComplete || !status.user) return;
      ask("/api/events", "text/event-stream");
      const id = new URLSearchParams(location.search).get("id");
      if (id !== null && /^[0-9a-f-]{36}$/i.test(id)) ask("/api/conversations/" + id);
      ask("/api/agents");
      if (status.user.role === "admin") ask("/api/admin/system-agents");
      ask("/api/conversations");
    })
    .catch(() => undefined);
})();`;

/** The answer to a request that is under way already; for the first one who wants it. `null`: there is none. */
export const takeEarly = (path: string, signal: AbortSignal | undefined): Promise<Response> | null => {
  const early = globalThis.mosaicEarly?.[path];
  if (early === undefined || signal?.aborted === true) return null;
  delete globalThis.mosaicEarly?.[path];
  if (Date.now() - early.sentAt > keptMs) {
    early.stop();
    return null;
  }
  signal?.addEventListener("abort", early.stop, { once: true });
  return early.answer;
};
