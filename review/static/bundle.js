// Judging in the mailed file. Decisions are drafts as the desk takes them, one a target; they are kept in the browser
// where it allows that, and saved to a JSON file. Foreign text is read from attributes and written as text, never as HTML.

const body = document.body;
const kept = new Map(); // target -> draft; the draft of a changed mind replaces the earlier one
const written = new Map(); // target -> its drafts that are in a saved file, oldest first
const back = []; // drafts that were in a saved file and were taken back, each followed by its withdrawal
let unsaved = 0;
const store = `factcheck-bundle-${body.dataset.bundle}`;
const byId = (id) => document.getElementById(id);

function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function caseOf(element) {
  return element.closest(".case");
}

function targetOf(fieldset) {
  const { kind, citation } = fieldset.dataset;
  return `${caseOf(fieldset).dataset.item}|${kind}${kind === "citation" ? `:${citation}` : ""}`;
}

function targetOfDraft({ item, kind, citation, id }) {
  return `${item}|${kind}${{ citation: `:${citation}`, missed: `:${id}` }[kind] ?? ""}`;
}

function draftOf(section, kind, rest) {
  const { item, version } = section.dataset;
  return { id: newId(), kind, item, version, made: new Date().toISOString(), ...rest };
}

function say(text) {
  const problem = byId("problem");
  problem.textContent = text;
  problem.hidden = !text;
}

/** What the form of a target says now; null while no label is chosen. */
function read(fieldset) {
  const label = fieldset.querySelector("input[type=radio]:checked")?.value;
  if (!label) return null;
  const rest = { label, comment: fieldset.querySelector("textarea").value };
  if (fieldset.dataset.kind === "citation") {
    rest.citation = Number(fieldset.dataset.citation);
    if (fieldset.span) rest.span = fieldset.span;
  } else if (label === "wrong") {
    const answer = fieldset.querySelector(".corrected").value.trim();
    if (answer) rest.answer = answer;
  }
  return draftOf(caseOf(fieldset), fieldset.dataset.kind, rest);
}

/** The forms with something typed or selected that no decision takes along; saving would drop it. */
function undecided() {
  return [...document.querySelectorAll("fieldset.judge")].filter((form) => {
    const label = form.querySelector("input[type=radio]:checked")?.value;
    const answer = form.querySelector(".corrected")?.value.trim();
    const said = form.querySelector("textarea").value.trim() || form.span;
    return label ? answer && label !== "wrong" : said || answer;
  });
}

function changed(target, draft) {
  if (draft) kept.set(target, draft);
  else takeBack(target);
  unsaved += 1;
  keep();
  count();
}

/** Forget what was decided on a target. What a saved file holds may be on the desk: the next one withdraws it there. */
function takeBack(target) {
  kept.delete(target);
  for (const draft of (written.get(target) ?? []).toReversed()) {
    const { item, version, id } = draft;
    back.push(draft, { id: newId(), kind: "withdraw", item, version, made: new Date().toISOString(), decision: id });
  }
  written.delete(target);
}

function wasWritten(target, draft) {
  const drafts = written.get(target) ?? [];
  if (!drafts.some((one) => one.id === draft.id)) written.set(target, [...drafts, draft]);
}

function count() {
  let done = 0;
  for (const section of document.querySelectorAll(".case")) {
    const forms = [...section.querySelectorAll("fieldset.judge")];
    for (const form of forms) form.classList.toggle("judged", kept.has(targetOf(form)));
    const whole = forms.every((form) => kept.has(targetOf(form)));
    section.classList.toggle("done", whole);
    done += whole;
  }
  byId("done").textContent = done;
  byId("unsaved").textContent = unsaved;
  remarks();
}

function remarks() {
  const n = undecided().length;
  byId("undecided").textContent = n ? `, ${n} ${n === 1 ? "remark" : "remarks"} without a decision` : "";
}

function keep() {
  try {
    localStorage.setItem(store, JSON.stringify({ ...file(), written: [...written] }));
  } catch {
    // A browser that keeps nothing for files: the saved file is what counts.
  }
}

function file() {
  return {
    schema: body.dataset.schema, bundle: body.dataset.bundle, reviewer: byId("reviewer").value.trim(),
    saved: new Date().toISOString(), decisions: [...back, ...kept.values()],
  };
}

function save() {
  if (!byId("reviewer").value.trim()) {
    say("Write your name first: it is stored with every decision.");
    byId("reviewer").focus();
    return;
  }
  const [left] = undecided();
  if (left) {
    const title = left.querySelector("legend").textContent.trim();
    const judged = left.querySelector("input[type=radio]:checked");
    say(judged ? `Nothing saved yet: a right answer at “${title}” goes with “wrong” alone; choose that, or empty it.`
      : `Nothing saved yet: choose a decision at “${title}”, for what you wrote there goes with one; or take it back.`);
    left.querySelector("input[type=radio]").focus();
    return;
  }
  const link = document.createElement("a");
  const url = URL.createObjectURL(new Blob([JSON.stringify(file(), null, 1)], { type: "application/json" }));
  link.href = url;
  link.download = `decisions-${body.dataset.bundle.slice(0, 8)}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
  unsaved = 0;
  for (const [target, draft] of kept) wasWritten(target, draft);
  keep();
  say("");
  count();
}

/** Take over the decisions of a saved file (or of this browser) that belong to cases of this page. */
function restore(saved) {
  if (saved?.schema !== body.dataset.schema || !Array.isArray(saved.decisions)) throw new Error("no file of decisions");
  if (saved.reviewer && !byId("reviewer").value) byId("reviewer").value = saved.reviewer;
  const withdrawals = new Map(saved.decisions.filter((draft) => draft.kind === "withdraw").map((draft) => [draft.decision, draft]));
  for (const draft of saved.decisions) {
    const section = [...document.querySelectorAll(".case")].find((one) => one.dataset.item === draft.item && one.dataset.version === draft.version);
    if (!section || draft.kind === "withdraw") continue;
    if (withdrawals.has(draft.id)) forget(section, draft, withdrawals.get(draft.id));
    else if (put(section, draft) && !saved.written) wasWritten(targetOfDraft(draft), draft);
  }
  for (const [target, drafts] of saved.written ?? []) for (const draft of drafts) wasWritten(target, draft);
  count();
}

/** Show a draft in its form; whether there is one. */
function put(section, draft) {
  if (draft.kind === "missed") {
    addMissed(section, draft);
    return true;
  }
  const form = formOf(section, draft);
  const radio = form && [...form.querySelectorAll("input[type=radio]")].find((one) => one.value === draft.label);
  if (!radio) return false;
  radio.checked = true;
  form.querySelector("textarea").value = draft.comment ?? "";
  if (draft.answer && form.querySelector(".corrected")) form.querySelector(".corrected").value = draft.answer;
  if (draft.span) showSpan(form, draft.span);
  kept.set(targetOf(form), draft);
  return true;
}

/** A draft that a file takes back is taken back here too. */
function forget(section, draft, withdrawal) {
  if (!back.some((one) => one.id === draft.id)) back.push(draft, withdrawal);
  const target = targetOfDraft(draft);
  const others = (written.get(target) ?? []).filter((one) => one.id !== draft.id);
  if (others.length) written.set(target, others);
  else written.delete(target);
  if (kept.get(target)?.id !== draft.id) return;
  kept.delete(target);
  if (draft.kind === "missed") section.querySelector(`.missed li[data-id="${CSS.escape(draft.id)}"]`)?.remove();
  else clear(formOf(section, draft));
}

function formOf(section, draft) {
  return [...section.querySelectorAll("fieldset.judge")].find((one) => one.dataset.kind === draft.kind && (draft.kind === "answer" || Number(one.dataset.citation) === draft.citation));
}

function clear(form) {
  for (const radio of form.querySelectorAll("input[type=radio]")) radio.checked = false;
  form.querySelector("textarea").value = "";
  if (form.dataset.kind === "citation") showSpan(form, null);
  else form.querySelector(".corrected").value = "";
}

function showSpan(form, span) {
  form.span = span;
  const line = form.querySelector(".span");
  line.hidden = !span;
  line.querySelector("q").textContent = span?.exact ?? "";
}

function addMissed(section, draft) {
  const target = targetOfDraft(draft);
  if (kept.has(target)) return;
  kept.set(target, draft);
  const line = document.createElement("li");
  line.dataset.id = draft.id;
  const quote = document.createElement("q");
  quote.dir = "auto";
  quote.textContent = draft.span.exact;
  const undo = document.createElement("button");
  undo.type = "button";
  undo.className = "quiet";
  undo.textContent = "Take back";
  undo.addEventListener("click", () => {
    line.remove();
    changed(target, null);
  });
  line.append(`${draft.label} (${draft.span.source}): `, quote, " ", undo);
  section.querySelector(".missed ul").append(line);
}

function shownArticle() {
  return document.querySelector("#articles article:not([hidden])");
}

function open(id) {
  for (const article of document.querySelectorAll("#articles article")) article.hidden = article.id !== id;
  byId("choose").value = id;
}

/** Open the article of a citation and highlight the cited span, and no other. */
function show(form) {
  for (const one of document.querySelectorAll("fieldset.active")) one.classList.remove("active");
  for (const one of document.querySelectorAll("mark.on")) one.classList.remove("on");
  form.classList.add("active");
  const article = [...document.querySelectorAll("#articles article")].find((one) => one.dataset.source === form.dataset.source);
  if (!article) return;
  open(article.id);
  if (!form.dataset.mark) return;
  const marks = document.getElementsByClassName(form.dataset.mark);
  for (const mark of marks) mark.classList.add("on");
  marks[0]?.scrollIntoView({ block: "center" });
}

function selected() {
  const article = shownArticle();
  const span = article && selectedSpan(article);
  say(span ? "" : "Select the words in the article first.");
  return span;
}

document.addEventListener("click", (event) => {
  const does = event.target.dataset?.does;
  const form = event.target.closest("fieldset.judge");
  if (does === "show") show(form);
  if (does === "correct") {
    const span = selected();
    if (span && span.source !== form.dataset.source) say("Select in the cited article; elsewhere it is missed evidence.");
    else if (span) {
      showSpan(form, span);
      const draft = read(form);
      if (draft) changed(targetOf(form), draft);
      else count();
    }
  }
  if (does === "clear") {
    clear(form);
    changed(targetOf(form), null);
  }
  if (does === "missed") {
    const span = selected();
    if (span) {
      const section = caseOf(event.target);
      addMissed(section, draftOf(section, "missed", { label: event.target.dataset.label, span }));
      unsaved += 1;
      keep();
      count();
    }
  }
});

document.addEventListener("change", (event) => {
  const form = event.target.closest("fieldset.judge");
  if (event.target.id === "choose") open(event.target.value);
  else if (event.target.id === "load") load(event.target.files[0]);
  else if (form) {
    const draft = read(form);
    if (draft) changed(targetOf(form), draft);
    else count();
  }
});

// Told while it is typed: a line that grows as a press ends the typing would move the button from under the press.
document.addEventListener("input", (event) => {
  if (event.target.matches("fieldset.judge textarea, .corrected")) remarks();
});

document.addEventListener("focusin", (event) => {
  const form = event.target.closest("fieldset.judge[data-kind=citation]");
  if (form && !form.classList.contains("active")) show(form);
});

async function load(chosen) {
  try {
    restore(JSON.parse(await chosen.text()));
    say("");
  } catch (error) {
    say(`The file cannot be used: ${error.message}`);
  }
}

byId("save").addEventListener("click", save);
byId("reviewer").addEventListener("change", keep);
window.addEventListener("beforeunload", (event) => {
  document.activeElement?.blur(); // what is being typed is a change now
  if (unsaved || undecided().length) event.preventDefault();
});
try {
  const saved = localStorage.getItem(store);
  if (saved) restore(JSON.parse(saved));
} catch {
  // nothing was kept
}
count();
