// The keys of the desk. Everything works by links and forms; this adds the keyboard, selections, and saving without
// losing the page when the server does not answer.
//
// One step at a time: after a key that saves or leaves, no other is taken until the next page stands on the screen,
// and a key pressed before it stood there is not taken at all. So no fast key judges what was not seen.
//
// What is typed is never lost in silence: whoever leaves with it saves it with the decision that stands, or is told.

import { codePoints, selectedSpan, selectedUnits } from "./offsets.js";
import { KeyboardSelection } from "./select.js";

const article = document.getElementById("article");
const keysDialog = document.getElementById("keys");
const selectForm = document.getElementById("select");
const shortcuts = document.documentElement.dataset.shortcuts !== "off"; // the keys of one character
const decision = document.querySelector("form.decision");
const FIELDS = "input:not([type=hidden], [type=submit], [type=checkbox], [type=radio]), textarea, select";

let busy = false;
let seenAt = Infinity; // when the page stood on the screen, on the clock of events
let selecting = null;

function afterPaint(then) {
  requestAnimationFrame(() => requestAnimationFrame(then));
}

afterPaint(() => {
  seenAt = performance.now();
  document.documentElement.dataset.ready = "";
  announce();
});

addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload(); // kept by the browser: what it shows may have been decided since
});

// -- what happened, said beside the keys

function say(message, kind = "problem") {
  let place = document.getElementById("said");
  if (!place) {
    place = document.createElement("p");
    place.id = "said";
    (document.querySelector(".decide") ?? document.body).prepend(place);
  }
  place.className = kind;
  place.setAttribute("role", kind === "problem" ? "alert" : "status");
  place.textContent = message;
}

function unsay() {
  document.getElementById("said")?.remove();
}

// -- saving

/** Send a form; `go` gets the address that the desk answers with. */
async function save(form, button, go = (address) => location.assign(address)) {
  if (busy) return;
  const fields = new FormData(form, button);
  if (button?.hasAttribute("data-selects") && !takeSelection(fields)) return;
  if (form === decision && fields.has("span")) takeCorrection(fields);
  if (typed().some((field) => !goesWith(form, field))) {
    say("What you typed is not saved yet: decide first, or empty the field.");
    return;
  }
  busy = true;
  document.documentElement.dataset.busy = "";
  try {
    const reply = await fetch(form.action, {
      method: "POST",
      headers: { accept: "application/json" },
      body: new URLSearchParams(fields),
    });
    const said = await reply.json();
    if (said.to) {
      announceNext(form, button);
      go(said.to);
      return; // busy until the next page stands
    }
    say(said.message);
  } catch {
    say("Not saved: the desk does not answer. Nothing is lost; when it runs again, press the key once more.");
  }
  busy = false;
  delete document.documentElement.dataset.busy;
}

/** What was saved is announced on the page that comes, for this one is gone before it could be read out. */
function announceNext(form, button) {
  if (form.getAttribute("action").startsWith("/decide/undo")) return; // the page says so itself
  try {
    sessionStorage.setItem("saved", `Saved: ${button.lastChild.textContent.trim()}.`);
  } catch {
    // a browser that keeps nothing: the pressed button tells
  }
}

function announce() {
  let saved = null;
  try {
    saved = sessionStorage.getItem("saved");
    sessionStorage.removeItem("saved");
  } catch {
    return;
  }
  if (!saved) return;
  const next = document.querySelector(".moves [data-key=n]");
  next?.focus({ preventScroll: true });
  document.getElementById("status").textContent = saved;
}

/** The fields of the decision that say something else than what is stored. */
function typed() {
  return [...(decision?.querySelectorAll(FIELDS) ?? [])].filter((field) => field.value !== stored(field));
}

function stored(field) {
  return field.matches("select") ? (field.querySelector("[selected]")?.value ?? "") : field.defaultValue;
}

/** Whether a form takes a field along: missed evidence and a corrected span take the comment. */
function goesWith(form, field) {
  return form === decision || (form === selectForm && field.id === "comment");
}

/** Go on, once what was typed is saved with the decision that stands. Where none stands: stay, and say so. */
function leave(go) {
  if (busy) return;
  if (!typed().length) {
    busy = true;
    go();
    return;
  }
  const pressed = decision.querySelector("button[aria-pressed=true]");
  document.getSelection().removeAllRanges(); // what was typed is saved, not what was just marked
  if (pressed) save(decision, pressed, go);
  else say("What you typed is not saved, for nothing is decided here yet: decide, or empty the field.");
}

addEventListener("beforeunload", (event) => {
  if (!busy && typed().length) event.preventDefault();
});

/** Read the selection now, not when the browser last told us of it. */
function takeSelection(fields) {
  const span = article && selectedSpan(article);
  if (!span) {
    say("Select text in the source first: with the mouse, or with v and the arrow keys.");
    return false;
  }
  fields.set("span", JSON.stringify(span));
  fields.set("comment", document.getElementById("comment")?.value ?? "");
  return true;
}

/** A label takes what is selected as the corrected span; the words that are cited are no correction. */
function takeCorrection(fields) {
  const span = article && selectedSpan(article);
  if (!span) return;
  const cited = unitsOf([...article.querySelectorAll("mark.cited")]);
  const chosen = selectedUnits(article);
  const same = cited && chosen.start === cited.start && chosen.end === cited.end;
  fields.set("span", same ? "" : JSON.stringify(span));
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.hasAttribute("data-saves")) {
    event.preventDefault();
    save(form, event.submitter);
  } else if (form === decision) {
    busy = true; // sent as any form is, with what was typed
  } else if (form.method !== "dialog" && !busy && typed().length) {
    event.preventDefault();
    leave(() => form.requestSubmit(event.submitter));
  }
});

// -- selections

function showSelection() {
  const span = article && selectForm && selectedSpan(article);
  if (!selectForm) return;
  selectForm.hidden = !span;
  for (const button of document.querySelectorAll("[data-needs-span]")) button.disabled = !span;
  if (span) {
    const length = codePoints(span.exact);
    const text = length > 120 ? `${[...span.exact].slice(0, 80).join("")} … ${[...span.exact].slice(-35).join("")}` : span.exact;
    selectForm.querySelector("output").textContent = `“${text.replace(/\s+/g, " ")}”`;
  }
}

document.addEventListener("selectionchange", showSelection);
document.addEventListener("mousedown", (event) => {
  if (event.target.closest("[data-selects], .decision button")) event.preventDefault(); // a press must not clear what is selected
});

function startSelecting() {
  if (!article) return;
  selecting = new KeyboardSelection(article, unitsOf([...article.querySelectorAll("mark.cited")]));
  document.documentElement.dataset.selecting = "";
  say("Arrows move the end by a word, with Shift the start; h and l by a character; up and down by sentences. Esc leaves.", "hint");
}

function unitsOf(marks) {
  if (!marks.length) return null;
  const range = document.createRange();
  range.setStart(article, 0);
  range.setEndBefore(marks[0]);
  const start = range.toString().length;
  return { start, end: start + marks.map((mark) => mark.textContent).join("").length };
}

function stopSelecting() {
  selecting = null;
  delete document.documentElement.dataset.selecting;
  document.getSelection().removeAllRanges();
  unsay();
}

// -- keys

function leaveField(field) {
  field.blur();
  if (field.closest("dialog")) return;
  document.getElementById("main")?.focus({ preventScroll: true });
}

function escape(event) {
  const field = event.target.closest?.(FIELDS);
  if (field) leaveField(field);
  else if (selecting || !document.getSelection().isCollapsed) stopSelecting();
  else unsay();
  busy = false; // a load that was stopped by hand
}

function act(element) {
  if (element.matches(FIELDS)) {
    element.focus();
    element.select?.();
    return;
  }
  if (element.dataset.does === "select") startSelecting();
  else if (element.dataset.does === "cited") toCited();
  else if (element.dataset.open === "keys" && keysDialog) keysDialog.showModal();
  else if (element.matches("a[href]")) leave(() => location.assign(element.href));
  else element.click();
}

/** Whether a click on a link leads away in this window. */
function leaves(event, link) {
  const here = link.href.split("#")[0] === location.href.split("#")[0] && link.hash;
  return !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.shiftKey && !here;
}

document.addEventListener("click", (event) => {
  const opens = event.target.closest("[data-open=keys]");
  if (opens && keysDialog && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    keysDialog.showModal();
  }
  const link = event.target.closest("a[href]");
  if (link && leaves(event, link) && typed().length) {
    event.preventDefault();
    leave(() => location.assign(link.href));
  }
  const does = event.target.closest("button[data-does]")?.dataset.does;
  if (does === "select" && event.isTrusted) startSelecting();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    escape(event);
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (keysDialog?.open || event.target.closest?.(FIELDS)) return;
  if (busy || event.timeStamp < seenAt) {
    event.preventDefault();
    return;
  }
  if (!shortcuts && event.key.length === 1) return;
  if (selecting?.handle(event)) {
    event.preventDefault();
    return;
  }
  if (moveInList(event)) return;
  if (event.key === "Enter" || event.key === " ") return; // what has the focus takes these
  const element = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!element || element.disabled || (event.repeat && !element.hasAttribute("data-repeats"))) return;
  event.preventDefault();
  act(element);
});

// Enter in a comment saves nothing by accident; with Ctrl it saves the decision that stands. A right answer goes with
// "wrong" alone: by itself, the form would take its first button, which is "right".
document.addEventListener("keydown", (event) => {
  const field = event.target;
  const asked = event.ctrlKey || event.metaKey;
  if (event.key !== "Enter" || event.isComposing || !field.matches("textarea, #corrected")) return;
  if (field.id === "corrected" && (asked || field.matches("input"))) {
    event.preventDefault();
    if (field.value.trim()) field.form.requestSubmit(field.form.querySelector("button[value=wrong]"));
    else say("Write the right answer first; Esc leaves the field.", "hint");
  } else if (field.matches("textarea") && asked) {
    const pressed = field.form?.querySelector("button[aria-pressed=true]");
    if (pressed) field.form.requestSubmit(pressed);
    else say("Leave the comment with Esc and press the key of a decision; the comment is saved with it.", "hint");
  }
});

// -- lists: j and k or the arrows move the focus, Enter opens

function moveInList(event) {
  const rows = [...document.querySelectorAll("[data-row]")];
  const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
  if (!rows.length || !step) return false;
  const at = rows.indexOf(document.activeElement);
  const next = rows[Math.min(rows.length - 1, Math.max(0, at + step))];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
  event.preventDefault();
  return true;
}

// -- the page as it opens

function toCited() {
  (article?.querySelector("mark.target, mark.cited") ?? article?.querySelector("mark"))?.scrollIntoView({ block: "center", behavior: "instant" });
}

document.querySelector(".case li.current")?.scrollIntoView({ block: "nearest" }); // in its column; the page follows
toCited();
document.getElementById("corrected")?.addEventListener("input", () => {
  document.getElementById("read-as")?.remove(); // it tells how the stored words were read
});
if (!shortcuts) {
  for (const element of document.querySelectorAll("[data-key]")) {
    element.removeAttribute("aria-keyshortcuts");
    if (element.placeholder) element.placeholder = element.placeholder.replace(/ \(.\)$/, "");
  }
}
if (document.activeElement === document.body) document.querySelector("[data-row]")?.focus({ preventScroll: true });
for (const select of document.querySelectorAll("select[data-submits]")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}
