// Switching notices on for this browser: asks for permission and fills in the form with what the browser gives.

const holder = document.querySelector('[data-push-key]');
const form = holder.closest('form');
const toBytes = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
const toText = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

async function subscribe() {
  const { pushManager } = await navigator.serviceWorker.ready;
  const key = toBytes(holder.dataset.pushKey);
  const before = await pushManager.getSubscription();
  // A subscription with an earlier key of the site is of no use any more.
  if (before && toText(before.options.applicationServerKey) !== holder.dataset.pushKey) await before.unsubscribe();
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

if ('serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window) {
  holder.hidden = false;
  document.getElementById('push-unsupported').hidden = true;
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    try {
      if (await Notification.requestPermission() !== 'granted') throw new Error('not allowed');
      const subscription = await subscribe();
      form.elements.endpoint.value = subscription.endpoint;
      form.elements.public_key.value = toText(subscription.getKey('p256dh'));
      form.elements.secret.value = toText(subscription.getKey('auth'));
      form.submit();
    } catch { document.getElementById('push-blocked').hidden = false; }
  });
}
