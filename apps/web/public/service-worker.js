// What stays in a browser of Mosaic: one page that says that Mosaic can't be reached, and nothing else. Pages and answers always come
// from the server, so that there is none that is out of date, and none that somebody could read after signing out. It also shows what
// Mosaic pushes here: who has answered while no page was in view.
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
  // An earlier build asked ahead for whatever is gone to, also for what this worker leaves alone: a sign-in server's answer came to Mosaic
  // twice, and is good for once.
  await self.registration.navigationPreload?.disable();
  await self.clients.claim();
};

const pageOf = async (event) => {
  try {
    return await fetch(event.request);
  } catch {
    const kept = await caches.match(offlinePage, { cacheName: shell });
    return kept ?? Response.error();
  }
};

const allWords = {
  en: {
    answered: (agent) => `${agent} has answered`,
    failed: (agent) => `${agent} could not answer`,
    spoke: (agent) => `${agent} has something to say`,
    test: () => "Mosaic reaches this device",
  },
  de: {
    answered: (agent) => `${agent} hat geantwortet`,
    failed: (agent) => `${agent} konnte nicht antworten`,
    spoke: (agent) => `${agent} hat Ihnen etwas zu sagen`,
    test: () => "Mosaic erreicht dieses Gerät",
  },
};
/** Those of the account's language; of the browser's first one that there are words in where it has none. */
const wordsIn = (language) => {
  const asked = navigator.languages.map((tag) => tag.toLowerCase().split("-")[0]);
  return allWords[[language, ...asked].find((tag) => Object.hasOwn(allWords, tag)) ?? "en"];
};

const show = async (data) => {
  const { kind, agent, conversationId, text, language } = data.json();
  const pages = await self.clients.matchAll({ type: "window" });
  if (kind !== "test" && pages.some(({ visibilityState }) => visibilityState === "visible")) return;
  const words = wordsIn(language);
  await self.registration.showNotification((words[kind] ?? words.answered)(agent), {
    body: text ?? "",
    icon: "/icon-192.png",
    // The next one of the same conversation takes its place.
    tag: conversationId ?? kind,
    data: { path: conversationId === null ? "/settings/notifications" : `/chat?id=${encodeURIComponent(conversationId)}` },
  });
};

const open = async (notification) => {
  notification.close();
  const { href } = new URL(notification.data.path, self.location.origin);
  const pages = await self.clients.matchAll({ type: "window" });
  // On any other page there may be something that is not saved yet, or on its way.
  const page = pages.find(({ url }) => url === href) ?? pages.find(({ url }) => new URL(url).pathname === "/chat");
  if (page === undefined) {
    await self.clients.openWindow(href);
    return;
  }
  // A browser that lets nobody take the focus shows the page all the same.
  await page.focus().catch(() => undefined);
  if (page.url !== href) await page.navigate(href);
};

self.addEventListener("push", (event) => event.waitUntil(show(event.data)));
self.addEventListener("notificationclick", (event) => event.waitUntil(open(event.notification)));
self.addEventListener("install", (event) => event.waitUntil(keepShell()));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("fetch", (event) => {
  const { destination, mode, url } = event.request;
  if (mode !== "navigate" || destination !== "document" || /^\/(?:api|v1|demo)\//.test(new URL(url).pathname)) return;
  event.respondWith(pageOf(event));
});
