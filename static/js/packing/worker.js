// The service worker of the farm's pages: keeps the packing list of the open day, for whoever is signed in.
// A page is kept until the time that its header X-Keep-Until names, and forgotten when the market no longer knows who
// asks. What was typed is not kept here but in the page's own database (store.js).
"use strict";
const PAGES = "packen-seiten";
const ASSETS = "packen-dateien";
const WEAK_MS = 4000;
const FRESH_MS = 10 * 60000;
const LIST = /^\/hof\/\d+\/packen$/;

self.addEventListener("install", (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener("activate", (event) => event.waitUntil(Promise.all([self.clients.claim(), tidy()])));

const until = (response) => Number(response.headers.get("X-Keep-Until") || 0);

// Pages whose day is over go; without any page the files go as well.
async function tidy() {
  const pages = await caches.open(PAGES);
  let left = 0;
  for (const request of await pages.keys()) {
    const kept = await pages.match(request);
    if (kept && until(kept) > Date.now()) left += 1;
    else await pages.delete(request);
  }
  if (!left) await caches.delete(ASSETS);
}
// What was asked for before somebody signed out is not kept after it.
let era = 0;
async function forget() {
  era += 1;
  await caches.delete(PAGES);
  await caches.delete(ASSETS);
}
async function keepPage(url, response, asked) {
  if (asked !== era || !response.ok || response.redirected || until(response) <= Date.now()) return;
  const headers = new Headers(response.headers);
  headers.set("X-Kept-At", String(Date.now()));
  const body = await response.blob();
  if (asked === era) await (await caches.open(PAGES)).put(url, new Response(body, { status: 200, headers }));
}
async function keep({ assets, pages, here }) {
  const asked = era;
  await tidy();
  const files = await caches.open(ASSETS);
  for (const request of await files.keys()) if (!assets.includes(new URL(request.url).pathname)) await files.delete(request);
  for (const url of assets) if (!(await files.match(url))) await files.add(url);
  const kept = await caches.open(PAGES);
  for (const url of new Set([here, ...pages])) {
    if (asked !== era) return null;
    const old = await kept.match(url);
    if (old && Date.now() - Number(old.headers.get("X-Kept-At")) < FRESH_MS) continue;
    const answer = await fetch(url, { credentials: "same-origin", redirect: "manual", cache: "no-store" });
    if (signedOut(answer)) return forget();
    await keepPage(url, answer, asked);
  }
  return null;
}
self.addEventListener("message", (event) => {
  if (event.data && event.data.keep) event.waitUntil(keep(event.data.keep).catch(() => null));
  if (event.data && event.data.forget) event.waitUntil(forget());
});

const signedOut = (answer) => answer.type === "opaqueredirect" || [401, 403, 404].includes(answer.status);

// The very page, else another view of the same day, else any list of the same farm.
async function kept(url) {
  await tidy();
  const pages = await caches.open(PAGES);
  const exact = await pages.match(url.pathname + url.search);
  if (exact) return exact;
  const all = (await pages.keys()).map((it) => new URL(it.url)).filter((it) => it.pathname === url.pathname);
  const day = url.searchParams.get("tag");
  const near = all.find((it) => day && it.searchParams.get("tag") === day) || (day ? null : all[0]);
  return near ? pages.match(near.pathname + near.search) : null;
}
async function list(event, url) {
  const begun = era;
  const asked = fetch(event.request);
  const stored = await kept(url);
  const late = new Promise((done) => { if (stored) setTimeout(() => done(stored), WEAK_MS); });
  try {
    const answer = await Promise.race([asked, late]);
    if (answer === stored) return stored;
    if (signedOut(answer)) event.waitUntil(forget());
    else event.waitUntil(keepPage(url.pathname + url.search, answer.clone(), begun));
    return answer;
  } catch {
    return stored || nothing();
  }
}
// Another page of the farm without a network: to the list that is kept, or a plain word.
async function other(request) {
  try {
    return await fetch(request);
  } catch {
    await tidy();
    const [first] = await (await caches.open(PAGES)).keys();
    return first ? Response.redirect(first.url, 302) : nothing();
  }
}
function nothing() {
  const text = "Ohne Netz. Diese Seite ist auf diesem Gerät nicht gespeichert.";
  const page = `<!doctype html><html lang="de"><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
    `<title>Ohne Netz</title><h1>Ohne Netz</h1><p>${text}</p>`;
  const headers = { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": "default-src 'none'" };
  return new Response(page, { status: 503, headers });
}
async function file(request) {
  const stored = await caches.match(request, { cacheName: ASSETS, ignoreVary: true });
  return stored || fetch(request);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith("/assets/")) event.respondWith(file(request));
  else if (request.mode === "navigate" && LIST.test(url.pathname)) event.respondWith(list(event, url));
  else if (request.mode === "navigate" && url.pathname.startsWith("/hof/")) event.respondWith(other(request));
});
