// What stays in a browser of Mosaic: one page that says that Mosaic can't be reached, and nothing else. Pages and answers always come
// from the server, so that there is none that is out of date, and none that somebody could read after signing out.
// The build writes its own name here (scripts/name-worker.mjs): another build is another worker, which takes the place of this one.
const build = "unbuilt";
const shell = `mosaic-shell-${build}`;
const offlinePage = "/offline";

const keepShell = async () => {
  const response = await fetch(offlinePage, { cache: "reload" });
  // A proxy in front may answer with its own sign-in page.
  if (!response.ok || response.redirected) throw new Error("the offline page was not answered by Mosaic");
  await (await caches.open(shell)).put(offlinePage, response);
  await self.skipWaiting();
};

const takeOver = async () => {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== shell).map((name) => caches.delete(name)));
  // Asks for a page while the worker itself is still being started.
  await self.registration.navigationPreload?.enable();
  await self.clients.claim();
};

const pageOf = async (event) => {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch {
    const kept = await caches.match(offlinePage, { cacheName: shell });
    return kept ?? Response.error();
  }
};

self.addEventListener("install", (event) => event.waitUntil(keepShell()));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("fetch", (event) => {
  const { destination, mode, url } = event.request;
  if (mode !== "navigate" || destination !== "document" || /^\/(?:api|v1|demo)\//.test(new URL(url).pathname)) return;
  event.respondWith(pageOf(event));
});
