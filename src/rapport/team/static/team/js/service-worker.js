// Shows what is pushed, and opens what it is about. It keeps no pages and answers no requests.
self.addEventListener("push", (event) => {
  let said = {};
  try { said = event.data.json(); } catch { /* A push without words still has to be shown. */ }
  event.waitUntil(self.registration.showNotification(said.title ?? "Rapport", {
    body: said.body ?? "", tag: said.tag ?? "rapport", renotify: Boolean(said.tag), icon: "ICON_URL", badge: "BADGE_URL", data: { url: said.url ?? "/notifications/" },
  }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = new URL(event.notification.data?.url ?? "/", self.location.origin);
  if (url.origin === self.location.origin) event.waitUntil(open(url.href));
});

async function open(url) {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = windows.find((each) => new URL(each.url).pathname === new URL(url).pathname);
  if (there) return there.focus();
  return self.clients.openWindow(url);
}
