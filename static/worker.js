// Service worker: static files, pages that the reader keeps, and the outbox of texts written without a connection.
// The server puts STATIC_CACHE and the other constants in capitals before it. Pages come from the network; only
// where it fails, a kept copy or the page that says so is shown.

const KEPT_CACHE = 'kept-pages';
const HASHED_FILE = /^\/static\/.+\.[0-9a-f]{12}\.\w+$/;
const OUTBOX_FORM = /^\/(id|en)\/(?:(proposals)\/(\d+)\/(arguments|support)|(comments)\/(\d+)\/reply)$/;
const MAX_WAIT = MAX_WAIT_DAYS * 864e5;
const LISTED_AFTER_SENDING = 14 * 864e5;
const OWNER_LENGTH = 16;

// The outbox: one row for each submitted form, by its form key. A form key begins with the owner of the form.

const asPromise = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

async function withOutbox(mode, use) {
  const opening = indexedDB.open('outbox', 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore('forms', { keyPath: 'key' });
  const database = await asPromise(opening);
  database.onversionchange = () => database.close();
  try {
    const transaction = database.transaction('forms', mode);
    const done = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
    const result = await asPromise(use(transaction.objectStore('forms')));
    await done;
    return result;
  } finally { database.close(); }
}

const getForm = (key) => withOutbox('readonly', (forms) => forms.get(key));
const putForm = (form) => withOutbox('readwrite', (forms) => forms.put(form));
// A deleted form stays deleted.
const changeForm = (key, changes) => withOutbox('readwrite', (forms) => {
  const form = forms.get(key);
  form.addEventListener('success', () => form.result && forms.put({ ...form.result, ...changes }));
  return form;
});
const deleteForm = (key) => withOutbox('readwrite', (forms) => forms.delete(key));
const listForms = async () => (await withOutbox('readonly', (forms) => forms.getAll())).sort((a, b) => a.at - b.at);

function newKey(owner) {
  const bytes = crypto.getRandomValues(new Uint8Array(18));
  return `${owner}-${btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_')}`;
}

// Store a submitted form that did not reach the server. Return whether it waits now: the form of a reader without a
// session and a request for a preview do not.
async function storeForm(path, submitted) {
  const fields = [...submitted].filter(([name]) => !['csrf_token', 'form_key'].includes(name));
  let key = String(submitted.get('form_key') || '');
  if (!key || fields.some(([name]) => name === 'preview')) return false;
  const [, language, , proposal, act, , comment] = OUTBOX_FORM.exec(path);
  const stored = await getForm(key);
  if (stored && JSON.stringify(stored.fields) === JSON.stringify(fields)) return true;
  if (stored) key = newKey(key.slice(0, OWNER_LENGTH));
  const form = { key, owner: key.slice(0, OWNER_LENGTH), path, fields, language, at: Date.now(), state: 'waiting' };
  await putForm({ ...form, act: act || 'reply', subject: Number(proposal || comment) });
  await notifyPages();
  if (self.registration.sync) self.registration.sync.register('outbox').catch(() => {});
  return true;
}

const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', '#34': '"', '#39': "'" };
const plainText = (markup) => markup.replace(/<[^>]*>/g, ' ').replace(/&([a-z]+|#\d+);/g, (all, name) => ENTITIES[name] ?? all)
  .replace(/\s+/g, ' ').trim();

// Read from an error page why the server refused a form.
function readReason(html) {
  const found = /<(\w+)[^>]* data-reason[^>]*>([\s\S]*?)<\/\1>/.exec(html)
    || /<(li)><a href="#[^"]*">([\s\S]*?)<\/a>/.exec(html) || /<(h1)[^>]*>([\s\S]*?)<\/h1>/.exec(html);
  return found ? plainText(found[2]) : '';
}

// Send one form with its form key and a new CSRF token. Return the changes to its row, or null to try again later.
async function sendForm(form) {
  const tokenPage = await fetch(OFFLINE_PAGES[form.language], { cache: 'no-store' });
  if (!tokenPage.ok) return null;
  const html = await tokenPage.text();
  const owner = /<body[^>]* data-owner="([^"]*)"/.exec(html);
  const token = /name="csrf_token" value="([^"]*)"/.exec(html);
  if (!owner || !token) return { needsSignIn: true };
  if (owner[1] !== form.owner) return null;
  const body = new URLSearchParams([...form.fields, ['form_key', form.key], ['csrf_token', token[1]]]);
  const response = await fetch(form.path, { method: 'POST', body, cache: 'no-store' });
  if (response.status >= 500 || response.status === 429) return null;
  if (response.status === 401) return { needsSignIn: true };
  const page = await response.text();
  const receipts = [...page.matchAll(/<a data-receipt href="([^"]+)"/g)];
  if (response.ok && receipts.length) {
    return { state: 'sent', reason: '', receipt: plainText(receipts.at(-1)[1]), result: response.url, sentAt: Date.now(), needsSignIn: false };
  }
  // The answer to an earlier attempt was lost, and the text was changed since then.
  const first = response.status === 409 && /<a data-first href="([^"]+)"/.exec(page);
  if (first) return { state: 'arrived', reason: '', first: plainText(first[1]), needsSignIn: false };
  return { state: 'refused', reason: readReason(page), needsSignIn: false };
}

// What waits for a sign-in waits no more once another text of the reader reached the server.
async function markSignedIn() {
  for (const form of await listForms()) if (form.needsSignIn) await changeForm(form.key, { needsSignIn: false });
}

let sending = null;
let keyInFlight = '';

// Send what waits, oldest first. Return whether nothing waits any more.
async function sendWaiting() {
  const waiting = (await listForms()).filter((form) => form.state === 'waiting');
  for (const { key } of waiting) {
    keyInFlight = key;
    try {
      const form = await getForm(key);
      if (!form) continue;
      const changes = Date.now() - form.at > MAX_WAIT ? { state: 'refused', reason: '' } : await sendForm(form);
      if (!changes) return false;
      await changeForm(key, changes);
      if (!changes.needsSignIn) await markSignedIn();
      await notifyPages();
      if (changes.needsSignIn) return false;
    } catch { return false; } finally { keyInFlight = ''; }
  }
  return true;
}

function sendOnce() {
  sending ??= sendWaiting().finally(() => { sending = null; });
  return sending;
}

// Kept pages: with the files that they load, until the reader removes them, signs out, or another person signs in.

async function keepPage({ path, title, files }) {
  const cache = await caches.open(KEPT_CACHE);
  const response = await fetch(path, { cache: 'no-store' });
  if (!response.ok) throw new Error(`page not kept: ${response.status}`);
  const html = await response.text();
  const headers = new Headers(response.headers);
  for (const name of ['Content-Encoding', 'Content-Length', 'Set-Cookie']) headers.delete(name);
  const owner = /<body[^>]* data-owner="([^"]*)"/.exec(html);
  headers.set('X-Kept', JSON.stringify([Date.now(), encodeURIComponent(title), owner ? owner[1] : '', files]));
  await cache.put(path, new Response(html, { headers }));
  await Promise.allSettled(files.map((file) => cache.add(file)));
  await removeUnusedFiles(cache);
}

// Delete the files that no kept page loads.
async function removeUnusedFiles(cache) {
  const used = new Set((await listKept()).flatMap(({ path, files }) => [path, ...files]));
  for (const request of await cache.keys()) {
    if (!used.has(new URL(request.url).pathname)) await cache.delete(request, { ignoreVary: true });
  }
}

async function listKept() {
  const cache = await caches.open(KEPT_CACHE);
  const pages = [];
  for (const request of await cache.keys()) {
    const kept = (await cache.match(request, { ignoreVary: true })).headers.get('X-Kept');
    if (!kept) continue;
    const [at, title, owner, files = []] = JSON.parse(kept);
    pages.push({ path: new URL(request.url).pathname, at, title: decodeURIComponent(title), owner, files });
  }
  return pages.sort((a, b) => b.at - a.at);
}

async function removeKept(path) {
  const cache = await caches.open(KEPT_CACHE);
  await cache.delete(path, { ignoreVary: true });
  await removeUnusedFiles(cache);
  if (!(await listKept()).length) await caches.delete(KEPT_CACHE);
}

// Return a kept page marked as a copy, with new form keys: each text written in it is one of its own.
async function keptPage(path) {
  const cache = await caches.open(KEPT_CACHE);
  const kept = await cache.match(path, { ignoreVary: true });
  if (!kept) return undefined;
  const [at] = JSON.parse(kept.headers.get('X-Kept'));
  const html = (await kept.text())
    .replace('<html ', `<html data-kept="${Number(at)}" `)
    .replace(/(name="form_key" value=")([^"]*)"/g, (_all, start, key) => `${start}${newKey(key.slice(0, OWNER_LENGTH))}"`);
  return new Response(html, { headers: kept.headers });
}

// Delete everything of other people, or everything.
async function forget(isOthers) {
  for (const form of await listForms()) if (isOthers(form.owner)) await deleteForm(form.key);
  for (const page of await listKept()) if (isOthers(page.owner)) await removeKept(page.path);
  await notifyPages();
}

// Requests.

const offlinePage = async (path) => (await caches.match(OFFLINE_PAGES[path.startsWith('/en/') ? 'en' : 'id'], { ignoreVary: true }))
  || Response.error();

async function showPage(request, path) {
  try { return await fetch(request); } catch { return (await keptPage(path)) || offlinePage(path); }
}

async function submitForm(request, path) {
  const copy = request.clone();
  try { return await fetch(request); } catch {
    const waits = await storeForm(path, await copy.formData());
    return waits ? Response.redirect(`${OFFLINE_PAGES[OUTBOX_FORM.exec(path)[1]]}?stored=1`, 303) : offlinePage(path);
  }
}

async function loadFile(request, path) {
  const cached = HASHED_FILE.test(path) && await caches.match(request, { ignoreVary: true, cacheName: STATIC_CACHE });
  if (cached) return cached;
  try { return await fetch(request); } catch {
    return (await caches.match(request, { ignoreVary: true })) || Response.error();
  }
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.mode === 'navigate' && request.method === 'GET') event.respondWith(showPage(request, pathname));
  else if (request.mode === 'navigate' && request.method === 'POST' && OUTBOX_FORM.test(pathname)) {
    event.respondWith(submitForm(request, pathname));
  } else if (request.method === 'GET' && /^\/(static|pictures)\//.test(pathname)) event.respondWith(loadFile(request, pathname));
});

self.addEventListener('install', (event) => {
  self.skipWaiting();
  event.waitUntil((async () => {
    const cache = await caches.open(STATIC_CACHE);
    await cache.addAll([...PRECACHED, ...Object.values(OFFLINE_PAGES)].map((path) => new Request(path, { credentials: 'omit' })));
  })());
});

self.addEventListener('activate', (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (![STATIC_CACHE, KEPT_CACHE].includes(name)) await caches.delete(name);
    await self.clients.claim();
  })());
});

self.addEventListener('sync', (event) => {
  if (event.tag !== 'outbox') return;
  event.waitUntil(sendOnce().then((isEmpty) => { if (!isEmpty) throw new Error('texts are waiting'); }));
});

// Notices on this device. A message names the page to open; what happened is read there.

const textOf = (path) => PUSH_TEXTS[path.startsWith('/en/') ? 'en' : 'id'];

// Read the path from a message; one that names no page of this site opens the list of messages.
function pathOf(data) {
  try {
    const { path } = data.json();
    const url = new URL(path, self.location.origin);
    if (/^\/(id|en)\//.test(path) && url.origin === self.location.origin) return path;
  } catch { /* not one of ours */ }
  return PUSH_FALLBACK;
}

self.addEventListener('push', (event) => {
  const path = pathOf(event.data);
  event.waitUntil(self.registration.showNotification(PUSH_TITLE, {
    body: textOf(path), tag: path, data: path, lang: path.slice(1, 3), icon: PUSH_ICON,
  }));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(event.notification.data));
});

// Messages of pages; each is answered through its port.

async function notifyPages() {
  for (const page of await self.clients.matchAll()) page.postMessage('changed');
}

const ACTIONS = {
  outbox: async () => ({ forms: await listForms(), kept: await listKept() }),
  visit: async ({ owner }) => {
    await forget((other) => other && other !== owner);
    for (const form of await listForms()) if (Date.now() - form.sentAt > LISTED_AFTER_SENDING) await deleteForm(form.key);
    await sendOnce();
  },
  send: sendOnce,
  seen: async () => {
    for (const form of await listForms()) if (form.state === 'sent') await changeForm(form.key, { isSeen: true });
  },
  edit: async ({ key, body }) => {
    const form = await getForm(key);
    if (!form || key === keyInFlight || form.state === 'sent') return;
    const fields = form.fields.map(([name, value]) => [name, name === 'body' ? body.replace(/\r?\n/g, '\r\n') : value]);
    // A refused form has left nothing on the server, so the changed one is a new one. So is a second version of a text.
    const changed = { ...form, fields, state: 'waiting', reason: '', first: '' };
    if (form.state !== 'waiting') {
      await deleteForm(key);
      Object.assign(changed, { key: newKey(form.owner), at: Date.now() });
    }
    await putForm(changed);
    await notifyPages();
    await sendOnce();
  },
  remove: async ({ key }) => {
    if (key !== keyInFlight) await deleteForm(key);
    await notifyPages();
  },
  keep: keepPage,
  discard: async ({ path }) => { await removeKept(path); await notifyPages(); },
  forget: () => forget(() => true),
};

self.addEventListener('message', (event) => {
  const [port] = event.ports;
  const run = async () => {
    try { port.postMessage({ result: await ACTIONS[event.data.do](event.data) }); } catch { port.postMessage({ failed: true }); }
  };
  const isOwn = event.origin === self.location.origin;
  if (isOwn && port && Object.hasOwn(ACTIONS, event.data.do)) event.waitUntil(run());
});
