// The answers of a case: the keys that its buttons and links name (aria-keyshortcuts) press them.
"use strict";
function pressed(event) {
  const control = event.ctrlKey || event.metaKey;
  const parts = [control && "Control", event.altKey && "Alt", event.key.length === 1 ? event.key.toUpperCase() : event.key];
  return parts.filter(Boolean).join("+");
}
document.addEventListener("keydown", (event) => {
  const shortcut = pressed(event);
  if (!shortcut.includes("+")) return;
  const meant = document.querySelector(`[aria-keyshortcuts="${CSS.escape(shortcut)}"]`);
  if (!meant) return;
  event.preventDefault();
  meant.click();
});

// ---- the place that is to be filled in (a line with nothing but a dash), and why an answer was not taken
const body = document.getElementById("body");
const refused = document.getElementById("refused");
if (body) {
  const gap = body.value.search(/^–$/m);
  body.focus({ preventScroll: Boolean(refused) });
  body.setSelectionRange(Math.max(gap, 0), gap + 1);
}
if (refused) refused.scrollIntoView({ block: "start" });
