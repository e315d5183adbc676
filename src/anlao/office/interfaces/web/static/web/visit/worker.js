// Serves the visits' pages when there is no network: the page as it was last seen, and its files.
// With a network nothing is taken from here.

const CACHE = "anlao-visits-1";
const FILES = [
  "/static/web/office.css",
  "/static/web/mark.svg",
  "/static/web/visit/visit.css",
  "/static/web/visit/sheet.js",
  "/static/web/visit/list.js",
  "/static/web/visit/form.js",
  "/static/web/visit/store.js",
  "/static/web/visit/leaving.js",
];
const PAGE = /^\/visits(\/\d+)?$/;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(CACHE).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const path = new URL(request.url).pathname;
  if (request.method !== "GET") return;
  if (FILES.includes(path) || (request.mode === "navigate" && PAGE.test(path))) {
    event.respondWith(fromNetworkFirst(request, path));
  }
});

async function fromNetworkFirst(request, path) {
  const cache = await caches.open(CACHE);
  try {
    const answer = await fetch(request);
    if (answer.ok && !answer.redirected) await cache.put(path, answer.clone());
    return answer;
  } catch (broken) {
    const held = await cache.match(path);
    if (held) return held;
    throw broken;
  }
}
