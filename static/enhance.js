// What a browser may add to pages that work without it: counting, copying, drafts, replies in place, print.
// Every word comes from the page; nothing here parses text as HTML (Trusted Types stay on).

const all = (selector, within = document) => [...within.querySelectorAll(selector)];

// "312 characters left", said aloud only when the typing rests.
function count(hint) {
  const field = document.getElementById(hint.dataset.count);
  if (!field) return;
  const sentence = hint.textContent;
  let rest;
  const tell = () => {
    const left = hint.dataset.limit - [...field.value].length;
    hint.classList.toggle('wrong', left < 0);
    hint.textContent = field.value
      ? (left < 0 ? hint.dataset.over : hint.dataset.left).replace('{n}', Math.abs(left).toLocaleString(document.documentElement.lang))
      : sentence;
  };
  hint.setAttribute('role', 'status');
  field.addEventListener('input', () => { clearTimeout(rest); rest = setTimeout(tell, 400); });
  if (field.value) tell();
}

// Copy and share: the address is visible anyway, the buttons only save work.
function copying(button) {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    const word = button.querySelector('span') || button;
    word.textContent = button.dataset.doneText;
  });
}

function sharing(button) {
  if (!navigator.share) return;
  button.hidden = false;
  button.addEventListener('click', () =>
    navigator.share({ title: button.dataset.title, url: button.dataset.share }).catch(() => {}));
}

// Drafts: typed text stays in this browser until a page says that it arrived, at most fourteen days.
// On a phone that several share, what one typed signed in is never shown to another, and goes when another signs in.
const PREFIX = 'draft:';
const AGE = 14 * 864e5;
const owner = document.body.dataset.owner || '';
const typed = 'textarea, input[type=text], input[type=url], input[type=search]';

function forget(test) {
  for (const key of Object.keys(localStorage)) {
    if (!key.startsWith(PREFIX)) continue;
    let draft = {};
    try { draft = JSON.parse(localStorage[key]); } catch { /* unreadable: goes too */ }
    if (test(draft)) localStorage.removeItem(key);
  }
}

function draft(form) {
  const key = PREFIX + form.dataset.draft;
  const fields = () => all(typed, form).filter((field) => field.name && !field.readOnly);
  const keep = (sent) => {
    const values = {};
    for (const field of fields()) if (field.value.trim()) values[field.name] = field.value;
    if (Object.keys(values).length) localStorage[key] = JSON.stringify({ values, sent, owner, at: Date.now() });
    else localStorage.removeItem(key);
  };
  try {
    const { values, owner: whose } = JSON.parse(localStorage[key] || '{"values":{}}');
    for (const field of whose && whose !== owner ? [] : fields()) {
      if (!field.value && values[field.name]) {
        field.value = values[field.name];
        field.dispatchEvent(new Event('input', { bubbles: true }));
      }
    }
  } catch { localStorage.removeItem(key); }
  let rest;
  form.addEventListener('input', () => { clearTimeout(rest); rest = setTimeout(keep, 500, false); });
  form.addEventListener('submit', () => { clearTimeout(rest); keep(true); });
}

// Another page as a document, without scripts and without an HTML sink.
function fetched(address) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('GET', address);
    request.responseType = 'document';
    request.timeout = 20000;
    request.onload = () => (request.status === 200 && request.response ? resolve(request.response) : reject());
    request.onerror = request.ontimeout = reject;
    request.send();
  });
}

// The other replies of one argument take the place of the link to them.
async function open(link) {
  const row = link.closest('li');
  row.setAttribute('aria-busy', 'true');
  try {
    const page = await fetched(link.href.split('#')[0]);
    const root = CSS.escape(link.dataset.openReplies);
    const fresh = all(`.thread > [data-root="${root}"]`, page)
      .filter((item) => !item.id || !document.getElementById(item.id))
      .map((item) => document.importNode(item, true));
    if (!fresh.length) throw new Error('nothing new');
    row.replaceWith(...fresh);
    fresh[0].tabIndex = -1;
    fresh[0].focus({ preventScroll: true });
  } catch { location.assign(link.href); }
}

document.addEventListener('click', (event) => {
  const link = event.target.closest('[data-open-replies]');
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
    event.preventDefault();
    open(link);
  }
});

// Titles like the one being typed, as a list that the server wrote.
function similar(field) {
  const place = document.getElementById(field.dataset.similarInto);
  let rest;
  let last = '';
  const look = async () => {
    const words = field.value.trim();
    if (words.length < 8 || words === last) return;
    last = words;
    try {
      const page = await fetched(`${field.dataset.similar}?q=${encodeURIComponent(words)}`);
      const found = page.getElementById(place.id);
      if (words === last && found) place.replaceChildren(...document.importNode(found, true).childNodes);
    } catch { /* the next step shows them anyway */ }
  };
  if (place) field.addEventListener('input', () => { clearTimeout(rest); rest = setTimeout(look, 700); });
}

// A budget: what is ticked, added up at once; without a script the server does it.
function addUp(box) {
  const told = box.parentElement.querySelector('[data-spent]');
  const most = Number(box.dataset.budget);
  const say = (n) => n.toLocaleString(document.documentElement.lang);
  box.addEventListener('change', () => {
    const spent = all(':checked', box).reduce((sum, one) => sum + Number(one.dataset.cost || 0), 0);
    told.textContent = told.dataset.spent.replace('{n}', most ? `${say(spent)} / ${say(most)}` : say(spent));
    told.classList.toggle('wrong', most > 0 && spent > most);
  });
}

// Print: what is folded is opened, and folded again afterwards.
let opened = [];
addEventListener('beforeprint', () => {
  opened = all('main details:not([open])');
  for (const box of opened) box.open = true;
});
addEventListener('afterprint', () => { for (const box of opened) box.open = false; });

// A menu closes when the reader turns elsewhere.
document.addEventListener('click', (event) => {
  for (const menu of all('details.menu[open]')) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  for (const menu of all('details.menu[open]')) { menu.open = false; menu.querySelector('summary').focus(); }
});

try {
  const arrived = document.querySelector('[data-done]');
  forget((kept) => !kept.at || Date.now() - kept.at > AGE || (arrived && kept.sent) || (owner && kept.owner && kept.owner !== owner));
  all('form[data-draft]').forEach(draft);
  all('form[data-forget]').forEach((form) => form.addEventListener('submit', () => forget(() => true)));
} catch { /* storage is switched off: nothing is kept */ }
all('[data-count]').forEach(count);
all('[data-copy]').forEach(copying);
all('[data-share]').forEach(sharing);
all('[data-similar]').forEach(similar);
all('[data-budget]').forEach(addUp);
const wrong = document.querySelector('[data-focus]');
if (wrong) wrong.focus();
