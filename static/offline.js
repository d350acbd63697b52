// Reading and writing without a connection: the page's part of the service worker, loaded by enhance.js where it is used.
// All texts come from the page; nothing here parses text as HTML (Trusted Types are enforced).

const FORGET_TIMEOUT = 3000;
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const owner = document.body.dataset.owner || '';
const language = document.documentElement.lang;
const dateText = (at) => new Date(at).toLocaleString(language, { dateStyle: 'medium', timeStyle: 'short' });

// Ask the worker to do something; return what it answers.
async function ask(action, values = {}) {
  const { active } = await navigator.serviceWorker.ready;
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve, reject) => {
    port1.onmessage = ({ data }) => (data.failed ? reject(new Error(action)) : resolve(data.result));
    active.postMessage({ do: action, ...values }, [port2]);
  });
}

// The banner of every page: what waits, and what was sent since the reader last looked at the list.
function showBanner(banner, forms) {
  const waiting = forms.filter((form) => form.state === 'waiting').length;
  const refused = forms.filter((form) => ['refused', 'arrived'].includes(form.state)).length;
  const sent = forms.filter((form) => form.state === 'sent' && !form.isSeen).length;
  const text = (name, n) => (n ? banner.dataset[name].replace('{n}', n.toLocaleString(language)) : '');
  banner.querySelector('a').textContent = [text('waiting', waiting), text('refused', refused), text('sent', sent)]
    .filter(Boolean).join(' · ');
  banner.hidden = !(waiting + refused + sent);
}

const fieldOf = (form, name) => (form.fields.find(([field]) => field === name) || ['', ''])[1];

function fill(template, texts) {
  const row = document.importNode(template.content, true).firstElementChild;
  for (const [name, text] of Object.entries(texts)) {
    const part = row.querySelector(`[data-part="${name}"]`);
    if (!part) continue;
    part.hidden = !text;
    if (part.matches('a')) part.href = text || '#';
    else if (part.matches('textarea')) part.value = text;
    else part.textContent = text;
  }
  return row;
}

function outboxRow(list, form) {
  const words = list.dataset;
  const isSent = form.state === 'sent';
  const isText = form.act !== 'support';
  const states = { sent: words.sent, refused: words.refused, arrived: words.arrived };
  const reasons = { refused: form.reason || words.tooOld, arrived: words.choose };
  const row = fill(document.getElementById('outbox-row'), {
    subject: words[form.act].replace('{n}', form.subject.toLocaleString(language)),
    at: dateText(isSent ? form.sentAt : form.at),
    state: states[form.state] || (form.needsSignIn ? words.signIn : words.waiting),
    reason: reasons[form.state] || '',
    text: isSent ? fieldOf(form, 'body') : '',
    receipt: isSent ? form.receipt : '',
    result: isSent ? form.result : '',
    first: form.state === 'arrived' ? form.first : '',
  });
  const editor = row.querySelector('[data-part=editor]');
  editor.hidden = isSent || !isText;
  if (isText) {
    const field = editor.querySelector('textarea');
    const label = editor.querySelector('label');
    field.id = `outbox-${form.key}`;
    label.htmlFor = field.id;
    field.value = fieldOf(form, 'body');
    field.defaultValue = field.value;
    const button = editor.querySelector('button');
    if (form.state === 'arrived') button.textContent = words.sendToo;
    button.addEventListener('click', () => ask('edit', { key: form.key, body: field.value }).then(showLists));
  }
  const remove = row.querySelector('[data-part=remove]');
  if (form.state === 'arrived') remove.querySelector('span').textContent = words.leave;
  remove.addEventListener('click', () => ask('remove', { key: form.key }).then(showLists));
  return row;
}

function keptRow(page) {
  const row = fill(document.getElementById('kept-row'), { at: dateText(page.at) });
  const link = row.querySelector('a');
  link.href = page.path;
  link.textContent = page.title;
  row.querySelector('[data-part=remove]').addEventListener('click', () => ask('discard', { path: page.path }).then(showLists));
  return row;
}

// What another account left is not shown, also until the worker has deleted it.
const isOwn = (row) => !owner || !row.owner || row.owner === owner;

async function showLists() {
  const stored = await ask('outbox');
  const [forms, kept] = [stored.forms.filter(isOwn), stored.kept.filter(isOwn)];
  all('[data-outbox]').forEach((banner) => showBanner(banner, forms));
  all('[data-keep]').forEach((button) => showKept(button, kept));
  for (const list of all('[data-outbox-list]')) {
    const isTyping = list.contains(document.activeElement) && document.activeElement.matches('textarea');
    if (!isTyping) list.replaceChildren(...forms.map((form) => outboxRow(list, form)));
    list.closest('section').hidden = !forms.length;
    all('[data-send]').forEach((button) => { button.hidden = !forms.some((form) => form.state === 'waiting'); });
    if (forms.some((form) => form.state === 'sent' && !form.isSeen)) await ask('seen');
  }
  for (const list of all('[data-kept-list]')) {
    list.replaceChildren(...kept.map(keptRow));
    list.closest('section').querySelector('[data-part=none]').hidden = kept.length > 0;
  }
  return forms;
}

// The button to keep a page: its files are those that the page has loaded.
function showKept(button, kept) {
  const isKept = kept.some((page) => page.path === location.pathname);
  button.hidden = false;
  button.setAttribute('aria-pressed', String(isKept));
  button.querySelector('span').textContent = isKept ? button.dataset.kept : button.dataset.keepText;
}

async function toggleKept(button) {
  button.disabled = true;
  try {
    if (button.getAttribute('aria-pressed') === 'true') await ask('discard', { path: location.pathname });
    else {
      const loaded = performance.getEntriesByType('resource').map((entry) => new URL(entry.name));
      const files = loaded.filter((url) => url.origin === location.origin && /^\/(static|pictures)\//.test(url.pathname));
      const paths = [...new Set(files.map((url) => url.pathname))];
      await ask('keep', { path: location.pathname, title: button.dataset.keep, files: paths });
    }
    await showLists();
  } catch { button.querySelector('span').textContent = button.dataset.failed; }
  button.disabled = false;
}

// A kept page says that it is a copy, and since when.
function markCopy() {
  const at = document.documentElement.dataset.kept;
  const button = document.querySelector('[data-keep]');
  if (!at || !button) return;
  const notice = document.createElement('p');
  notice.className = 'notice warning';
  notice.setAttribute('role', 'status');
  notice.textContent = button.dataset.copyNotice.replace('{time}', dateText(Number(at)));
  document.getElementById('content').prepend(notice);
}

// Signing out deletes what waits and what is kept, before the browser leaves the page.
async function forgetFirst(event) {
  event.preventDefault();
  const form = event.target;
  const banner = document.querySelector('[data-outbox]');
  const timeout = new Promise((resolve) => { setTimeout(resolve, FORGET_TIMEOUT, { forms: [] }); });
  try {
    const { forms } = await Promise.race([ask('outbox'), timeout]);
    const waiting = forms.filter((row) => row.state === 'waiting').length;
    if (waiting && !confirm(banner.dataset.confirm.replace('{n}', waiting.toLocaleString(language)))) return;
    await Promise.race([ask('forget'), timeout]);
  } catch { /* without a worker nothing is stored */ }
  form.submit();
}

async function start() {
  navigator.serviceWorker.addEventListener('message', () => showLists());
  markCopy();
  all('[data-keep]').forEach((button) => button.addEventListener('click', () => toggleKept(button)));
  all('[data-send]').forEach((button) => button.addEventListener('click', () => ask('send').then(showLists)));
  all('form[data-forget]').forEach((form) => form.addEventListener('submit', forgetFirst));
  addEventListener('online', () => ask('send').then(showLists));
  await showLists();
  if (owner) await ask('visit', { owner });
}

export const started = start().catch(() => { /* storage is disabled: nothing is kept or sent later */ });
