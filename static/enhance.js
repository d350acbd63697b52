// Progressive enhancement of pages that also work without it: character counts, copying, drafts, replies in place, print.
// All texts come from the page; nothing here parses text as HTML (Trusted Types are enforced).

const all = (selector, within = document) => [...within.querySelectorAll(selector)];

// "312 characters left", announced to screen readers only after a pause in typing.
function countCharacters(hint) {
  const field = document.getElementById(hint.dataset.count);
  if (!field) return;
  const initialText = hint.textContent;
  let timer;
  const update = () => {
    const left = hint.dataset.limit - [...field.value].length;
    hint.classList.toggle('error-text', left < 0);
    hint.textContent = field.value
      ? (left < 0 ? hint.dataset.over : hint.dataset.left).replace('{n}', Math.abs(left).toLocaleString(document.documentElement.lang))
      : initialText;
  };
  hint.setAttribute('role', 'status');
  field.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(update, 400); });
  if (field.value) update();
}

// Copy and share. The URL is visible without script; the buttons are a convenience.
function enableCopying(button) {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    const label = button.querySelector('span') || button;
    label.textContent = button.dataset.doneText;
  });
}

function enableSharing(button) {
  if (!navigator.share) return;
  button.hidden = false;
  button.addEventListener('click', () =>
    navigator.share({ title: button.dataset.title, url: button.dataset.share }).catch(() => {}));
}

// Drafts: typed text is stored in this browser until a page confirms that it was received, for at most fourteen days.
// On a shared device, text typed by a signed-in person is not shown to others and is deleted when another person signs in.
const DRAFT_PREFIX = 'draft:';
const MAX_DRAFT_AGE = 14 * 864e5;
const owner = document.body.dataset.owner || '';
const textFields = 'textarea, input[type=text], input[type=url], input[type=search]';

function deleteDrafts(test) {
  for (const key of Object.keys(localStorage)) {
    if (!key.startsWith(DRAFT_PREFIX)) continue;
    let draft = {};
    try { draft = JSON.parse(localStorage[key]); } catch { /* unreadable drafts are deleted too */ }
    if (test(draft)) localStorage.removeItem(key);
  }
}

function storeDraft(form) {
  const key = DRAFT_PREFIX + form.dataset.draft;
  const fields = () => all(textFields, form).filter((field) => field.name && !field.readOnly);
  const save = (sent) => {
    const values = {};
    for (const field of fields()) if (field.value.trim()) values[field.name] = field.value;
    if (Object.keys(values).length) localStorage[key] = JSON.stringify({ values, sent, owner, at: Date.now() });
    else localStorage.removeItem(key);
  };
  try {
    const { values, owner: draftOwner } = JSON.parse(localStorage[key] || '{"values":{}}');
    for (const field of draftOwner && draftOwner !== owner ? [] : fields()) {
      if (!field.value && values[field.name]) {
        field.value = values[field.name];
        field.dispatchEvent(new Event('input', { bubbles: true }));
      }
    }
  } catch { localStorage.removeItem(key); }
  let timer;
  form.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(save, 500, false); });
  form.addEventListener('submit', () => { clearTimeout(timer); save(true); });
}

// Fetch a page as a document, without running scripts and without an HTML sink.
function fetchDocument(url) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('GET', url);
    request.responseType = 'document';
    request.timeout = 20000;
    request.onload = () => (request.status === 200 && request.response ? resolve(request.response) : reject());
    request.onerror = request.ontimeout = reject;
    request.send();
  });
}

// Replace the link to the other replies of an argument by these replies.
async function loadReplies(link) {
  const row = link.closest('li');
  row.setAttribute('aria-busy', 'true');
  try {
    const page = await fetchDocument(link.href.split('#')[0]);
    const root = CSS.escape(link.dataset.openReplies);
    const replies = all(`.thread > [data-root="${root}"]`, page)
      .filter((item) => !item.id || !document.getElementById(item.id))
      .map((item) => document.importNode(item, true));
    if (!replies.length) throw new Error('nothing new');
    row.replaceWith(...replies);
    replies[0].tabIndex = -1;
    replies[0].focus({ preventScroll: true });
  } catch { location.assign(link.href); }
}

document.addEventListener('click', (event) => {
  const link = event.target.closest('[data-open-replies]');
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
    event.preventDefault();
    loadReplies(link);
  }
});

// Show proposals with a similar title, as a list that the server renders.
function showSimilar(field) {
  const target = document.getElementById(field.dataset.similarInto);
  let timer;
  let last = '';
  const search = async () => {
    const title = field.value.trim();
    if (title.length < 8 || title === last) return;
    last = title;
    try {
      const page = await fetchDocument(`${field.dataset.similar}?q=${encodeURIComponent(title)}`);
      const list = page.getElementById(target.id);
      if (title === last && list) target.replaceChildren(...document.importNode(list, true).childNodes);
    } catch { /* the next step of the form shows them as well */ }
  };
  if (target) field.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(search, 700); });
}

// Add up the selected projects of a budget at once; without script the server does it.
function addUpBudget(box) {
  const total = box.parentElement.querySelector('[data-spent]');
  const limit = Number(box.dataset.budget);
  const format = (n) => `${box.dataset.currency}\u00a0${n.toLocaleString(document.documentElement.lang)}`.trim();
  box.addEventListener('change', () => {
    const spent = all(':checked', box).reduce((sum, project) => sum + Number(project.dataset.cost || 0), 0);
    total.textContent = total.dataset.spent.replace('{n}', limit ? `${format(spent)} / ${format(limit)}` : format(spent));
    total.classList.toggle('error-text', limit > 0 && spent > limit);
  });
}

// Open collapsed details for printing, and close them afterwards.
let opened = [];
addEventListener('beforeprint', () => {
  opened = all('main details:not([open])');
  for (const box of opened) box.open = true;
});
addEventListener('afterprint', () => { for (const box of opened) box.open = false; });

// Close a menu on a click elsewhere and on Escape.
document.addEventListener('click', (event) => {
  for (const menu of all('details.account-menu[open], details.more[open]')) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  for (const menu of all('details.account-menu[open], details.more[open]')) { menu.open = false; menu.querySelector('summary').focus(); }
});

try {
  const received = document.querySelector('[data-done]');
  const isExpired = (draft) => !draft.at || Date.now() - draft.at > MAX_DRAFT_AGE;
  const isOthers = (draft) => owner && draft.owner && draft.owner !== owner;
  deleteDrafts((draft) => isExpired(draft) || (received && draft.sent) || isOthers(draft));
  all('form[data-draft]').forEach(storeDraft);
  all('form[data-forget]').forEach((form) => form.addEventListener('submit', () => deleteDrafts(() => true)));
} catch { /* storage is disabled: drafts are not stored */ }
all('[data-count]').forEach(countCharacters);
all('[data-copy]').forEach(enableCopying);
all('[data-share]').forEach(enableSharing);
all('[data-similar]').forEach(showSimilar);
all('[data-budget]').forEach(addUpBudget);
const errorSummary = document.querySelector('[data-focus]');
if (errorSummary) errorSummary.focus();

// The service worker. The script that keeps pages and sends texts later is loaded where the reader has something in this
// browser or may get it: signed in, on the offline page, on a kept page; otherwise when a page is first kept.
const WORKER = '/worker.js';

async function registerWorker() {
  const policy = self.trustedTypes && trustedTypes.createPolicy('worker', {
    createScriptURL: (url) => { if (url !== WORKER) throw new TypeError(url); return url; },
  });
  await navigator.serviceWorker.register(policy ? policy.createScriptURL(WORKER) : WORKER, { updateViaCache: 'none' });
}

async function enableOffline() {
  await registerWorker();
  const load = async () => (await import(document.body.dataset.offline)).started;
  const button = document.querySelector('[data-keep]');
  const isKept = document.documentElement.dataset.kept || (button && navigator.serviceWorker.controller);
  if (owner || isKept || document.querySelector('[data-outbox-list]')) await load();
  else if (button) {
    button.hidden = false;
    button.addEventListener('click', async () => {
      button.disabled = true;
      await load().catch(() => { button.querySelector('span').textContent = button.dataset.failed; });
      button.disabled = false;
      button.click();
    }, { once: true });
  }
}

if ('serviceWorker' in navigator && isSecureContext) {
  const begin = () => enableOffline().catch(() => { /* storage is disabled: nothing is kept or sent later */ });
  if (document.readyState === 'complete') begin();
  else addEventListener('load', begin);
}
