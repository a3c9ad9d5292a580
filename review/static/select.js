// Selecting text with the keyboard alone: a selection whose two ends move by words, sentences or characters.

import { select, selectedUnits } from "./offsets.js";

const WORDS = new Intl.Segmenter("und", { granularity: "word" });
const SENTENCES = new Intl.Segmenter("und", { granularity: "sentence" });
const CHARACTERS = new Intl.Segmenter("und", { granularity: "grapheme" });

/** A selection in `root`, moved by keys. `from` is where it begins: UTF-16 offsets of the text. */
export class KeyboardSelection {
  constructor(root, from) {
    this.root = root;
    this.text = root.textContent;
    this.sentences = spans(SENTENCES, this.text, () => true);
    this.words = spans(WORDS, this.text, (segment) => segment.isWordLike || /\p{L}|\p{N}|\p{S}/u.test(segment.segment));
    const chosen = selectedUnits(root) ?? from ?? this.sentences[0];
    if (chosen) this.set(chosen.start, chosen.end);
  }

  /** Whether the key was one of ours. */
  handle(event) {
    const side = event.shiftKey ? "start" : "end";
    switch (event.key) {
      case "ArrowRight": return this.byWord(side, 1);
      case "ArrowLeft": return this.byWord(side, -1);
      case "l": case "L": return this.byCharacter(side, 1);
      case "h": case "H": return this.byCharacter(side, -1);
      case "ArrowDown": return this.bySentence(1);
      case "ArrowUp": return this.bySentence(-1);
      default: return false;
    }
  }

  byWord(side, step) {
    const edge = side; // a word's start for the start, its end for the end
    const at = this[side];
    const found = step > 0 ? this.words.find((word) => word[edge] > at) : this.words.findLast((word) => word[edge] < at);
    return this.move(side, found?.[edge]);
  }

  byCharacter(side, step) {
    const at = this[side];
    if (step > 0) {
      const next = CHARACTERS.segment(this.text.slice(at, at + 64))[Symbol.iterator]().next().value;
      return this.move(side, next && at + next.segment.length);
    }
    const before = [...CHARACTERS.segment(this.text.slice(Math.max(0, at - 64), at))].pop();
    return this.move(side, before && at - before.segment.length);
  }

  bySentence(step) {
    const found = step > 0
      ? this.sentences.find((sentence) => sentence.start > this.start)
      : this.sentences.findLast((sentence) => sentence.start < this.start);
    if (found) this.set(found.start, found.end);
    return true;
  }

  move(side, to) {
    if (to === undefined) return true;
    const start = side === "start" ? to : this.start;
    const end = side === "end" ? to : this.end;
    if (start < end) this.set(start, end);
    return true;
  }

  set(start, end) {
    this.start = start;
    this.end = end;
    select(this.root, start, end);
    const box = document.getSelection().getRangeAt(0).getBoundingClientRect();
    const margin = 160; // the bars at the top and at the bottom
    if (box.top < margin || box.bottom > window.innerHeight - margin) {
      window.scrollBy({ top: box.top - window.innerHeight / 2, behavior: "instant" });
    }
  }
}

/** The segments that hold something, trimmed of white space. */
function spans(segmenter, text, wanted) {
  const found = [];
  for (const segment of segmenter.segment(text)) {
    const body = segment.segment.trim();
    if (!body || !wanted(segment)) continue;
    const start = segment.index + segment.segment.indexOf(body);
    found.push({ start, end: start + body.length });
  }
  return found;
}
