// The case page: tabs, the place of the focused field, candidates, keys, and the time worked on the case.
"use strict";
const desk = document.querySelector(".desk");
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const one = (selector, root = document) => root.querySelector(selector);

// ---- tabs of the letter's parts
const tabs = all('[role="tab"]');
function openTab(tab, focus = false) {
  for (const other of tabs) {
    const chosen = other === tab;
    other.setAttribute("aria-selected", String(chosen));
    other.tabIndex = chosen ? 0 : -1;
    document.getElementById(other.getAttribute("aria-controls")).hidden = !chosen;
  }
  if (focus) tab.focus();
}
tabs.forEach((tab, index) => {
  tab.addEventListener("click", () => openTab(tab));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) openTab(tabs[(index + step + tabs.length) % tabs.length], true);
  });
});
let zoom = 1;
for (const button of all("[data-zoom]")) {
  button.addEventListener("click", () => {
    zoom = Math.min(3, Math.max(1, zoom + (button.dataset.zoom === "in" ? 1 : -1)));
    for (const sheets of all(".sheets")) sheets.className = `sheets zoom-${zoom}`;
  });
}

// ---- the place of a value on its page
const SVG = "http://www.w3.org/2000/svg";
function mark(places) {
  for (const rect of all(".marks rect")) rect.remove();
  let first = null;
  for (const place of places) {
    const figure = one(`.page[data-page="${place.page}"]`);
    if (!figure) continue;
    const rect = document.createElementNS(SVG, "rect");
    for (const name of ["x", "y", "width", "height"]) rect.setAttribute(name, place[name]);
    one(".marks", figure).append(rect);
    first = first || { figure, rect };
  }
  if (!first) return;
  const panel = first.figure.closest(".panel");
  const tab = tabs.find((each) => each.getAttribute("aria-controls") === panel.id);
  if (tab && panel.hidden) openTab(tab);
  const letter = one(".letter");
  const seen = first.rect.getBoundingClientRect();
  const frame = letter.getBoundingClientRect();
  if (seen.top < frame.top + 60 || seen.bottom > frame.bottom - 20) {
    letter.scrollTop += seen.top - frame.top - frame.height / 3;
  }
}
const placesOf = (element) => JSON.parse(element.dataset.places || "[]");
for (const field of all(".field")) {
  field.addEventListener("focusin", (event) => {
    mark(placesOf(event.target.closest("[data-value]") || field));
    markText(field);
  });
}

// ---- the place of a value in readable text: marked without touching the text (CSS Custom Highlight API)
function spellings(field) {
  const input = one("input, textarea, select, output", field);
  const shown = input ? (input.value ?? input.textContent) : "";
  return [shown, field.dataset.canonical || "", shown.replace(/\s/g, "")].map((each) => each.trim());
}
function rangeOf(text, root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const wanted = text.toLowerCase();
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const at = node.data.toLowerCase().indexOf(wanted);
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + text.length);
    return range;
  }
  return null;
}
function markText(field) {
  if (!window.CSS || !CSS.highlights) return;
  CSS.highlights.delete("place");
  const panel = one(".panel:not([hidden]) .readable");
  if (!panel) return;
  for (const text of spellings(field)) {
    const range = text.length > 1 ? rangeOf(text, panel) : null;
    if (!range) continue;
    CSS.highlights.set("place", new Highlight(range));
    const seen = range.getBoundingClientRect();
    const frame = one(".letter").getBoundingClientRect();
    if (seen.top < frame.top + 60 || seen.bottom > frame.bottom - 20) {
      one(".letter").scrollTop += seen.top - frame.top - frame.height / 3;
    }
    return;
  }
}

// ---- candidates
function take(button) {
  const input = one("input, textarea, select", button.closest(".field"));
  input.value = button.dataset.value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.focus();
  mark(placesOf(button));
}
for (const button of all(".candidates button")) button.addEventListener("click", () => take(button));
function takeByDigit(digit) {
  const field = document.activeElement.closest(".field") || one(".field[data-first]");
  const button = field && one(`.candidates button[data-key="${digit}"]`, field);
  if (button) take(button);
  return Boolean(button);
}

// ---- what the release button says
const form = document.getElementById("release-form");
const release = document.getElementById("release");
if (form && release) {
  const inputs = all("input:not([type=hidden]), select, textarea", form);
  const before = new Map(inputs.map((input) => [input, input.value]));
  const plain = release.textContent;
  form.addEventListener("input", () => {
    const changed = inputs.some((input) => input.value !== before.get(input));
    release.textContent = changed ? release.dataset.changed : plain;
  });
}

// ---- dialogs
for (const button of all("[data-dialog]")) {
  button.addEventListener("click", () => {
    for (const open of all("dialog[open]")) open.close();
    document.getElementById(button.dataset.dialog).showModal();
  });
}
for (const button of all("[data-dismiss]")) button.addEventListener("click", () => button.closest("dialog").close());

// ---- keys
const silent = document.getElementById("single-keys");
const singleKeysOff = () => localStorage.getItem("single-keys") === "off";
if (silent) {
  silent.checked = singleKeysOff();
  silent.addEventListener("change", () => localStorage.setItem("single-keys", silent.checked ? "off" : "on"));
}
const typing = (element) => element.matches("input:not([type=radio]):not([type=checkbox]), select, textarea");
function openDialog(id) {
  const button = one(`[data-dialog="${id}"]`);
  if (button) button.click();
  return Boolean(button);
}
function onAlt(event) {
  if (/^Digit[1-9]$/.test(event.code)) return takeByDigit(event.code.slice(5));
  const dialogs = { a: "kind-dialog", s: "close-dialog", z: "hold-dialog" };
  const letter = event.key.toLowerCase();
  if (dialogs[letter]) return openDialog(dialogs[letter]);
  const links = { n: "#more-dialog a.button", w: "#answers" };
  const link = links[letter] && one(links[letter]);
  if (link) link.click();
  return Boolean(link);
}
document.addEventListener("keydown", (event) => {
  if (one("dialog[open]")) return;
  const target = document.activeElement;
  let done = false;
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && release) {
    form.requestSubmit(release);
    done = true;
  } else if (event.altKey && !event.ctrlKey && !event.metaKey) {
    done = onAlt(event);
  } else if (event.key === "Enter" && target.matches(".field input, .field select")) {
    const inputs = all(".field input, .field select, .field textarea", form).filter((input) => !input.disabled);
    (inputs[inputs.indexOf(target) + 1] || release || target).focus();
    done = true;
  } else if (!typing(target) && !singleKeysOff() && !event.ctrlKey && !event.metaKey) {
    if (event.key === "?") done = openDialog("help-dialog");
    else if (/^[1-9]$/.test(event.key)) done = takeByDigit(event.key);
  }
  if (done) event.preventDefault();
});

// ---- time on task: only while the page is seen and used
const IDLE_AFTER = 90;
let worked = 0;
let idle = 0;
let answered = false;
if (desk && desk.dataset.measure === "yes") {
  for (const name of ["keydown", "pointermove", "pointerdown", "scroll", "wheel"]) {
    document.addEventListener(name, () => { idle = 0; }, { passive: true, capture: true });
  }
  setInterval(() => {
    if (document.visibilityState === "visible" && idle < IDLE_AFTER) worked += 1;
    idle += 1;
  }, 1000);
  for (const answer of all("form[data-answer]")) {
    answer.addEventListener("submit", () => {
      answered = true;
      for (const input of all("[data-seconds]", answer)) input.value = String(Math.max(1, worked));
    });
  }
  window.addEventListener("pagehide", () => {
    if (answered || worked < 2) return;
    const body = new FormData(one("form[data-answer]"));
    const sent = new FormData();
    for (const name of ["csrfmiddlewaretoken", "opened"]) sent.append(name, body.get(name));
    sent.append("seconds", String(worked));
    navigator.sendBeacon(desk.dataset.spent, sent);
  });
}

// ---- the doubtful field first; where the sender is in doubt, what speaks against him is read before
const first = one(".field[data-first]");
if (!one(".question, [data-sender][open]") && first && desk && desk.dataset.measure === "yes") {
  const input = one("input:not([readonly]), select:not([disabled]), textarea:not([readonly])", first);
  if (input) {
    input.focus({ preventScroll: false });
    if (input.select && input.value) input.select();
  }
}
