// Selections as spans of the stored text. A browser counts UTF-16 units, the program counts code points; both are
// read from the article's own text, which is the stored text, character for character.

const SPACE = /\p{White_Space}/u; // not \s, which counts a byte order mark as space

/** How many code points a string has; a half of a pair counts as one. */
export function codePoints(text) {
  let n = 0;
  for (const _ of text) n += 1;
  return n;
}

/** The UTF-16 offset of a boundary point within `root`. */
export function unitsBefore(root, node, offset) {
  const range = document.createRange();
  range.setStart(root, 0);
  range.setEnd(node, offset);
  return range.toString().length;
}

/** The selection as it is now, clipped to `root` and trimmed of white space, in UTF-16 units; null if there is none. */
export function selectedUnits(root) {
  const selection = document.getSelection();
  if (!selection || selection.rangeCount === 0 || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  if (!range.intersectsNode(root)) return null;
  const whole = document.createRange();
  whole.selectNodeContents(root);
  const clipped = range.cloneRange();
  if (range.compareBoundaryPoints(Range.START_TO_START, whole) < 0) clipped.setStart(root, 0);
  if (range.compareBoundaryPoints(Range.END_TO_END, whole) > 0) clipped.setEnd(root, root.childNodes.length);
  const text = root.textContent;
  let start = unitsBefore(root, clipped.startContainer, clipped.startOffset);
  let end = start + clipped.toString().length;
  while (start < end && SPACE.test(text[start])) start += 1;
  while (start < end && SPACE.test(text[end - 1])) end -= 1;
  if (start === end) return null;
  if (splitsPair(text, start)) start -= 1;
  if (splitsPair(text, end)) end += 1;
  return { start, end };
}

/** The selection as a span with its proof, as the server takes it; null if nothing of `root` is selected. */
export function selectedSpan(root) {
  const units = selectedUnits(root);
  if (units === null) return null;
  const text = root.textContent;
  const exact = text.slice(units.start, units.end);
  const start = codePoints(text.slice(0, units.start));
  return {
    source: root.dataset.source,
    source_sha256: root.dataset.sha256,
    start,
    end: start + codePoints(exact),
    exact,
  };
}

/** Select from one UTF-16 offset of `root` to another. */
export function select(root, start, end) {
  const from = pointAt(root, start, false);
  const to = pointAt(root, end, true);
  document.getSelection().setBaseAndExtent(from.node, from.offset, to.node, to.offset);
}

/** The text node and offset at a UTF-16 offset; at a seam, the end of the earlier node if `before`. */
function pointAt(root, units, before) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  let at = 0;
  let last = { node: root, offset: 0 };
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const end = at + node.data.length;
    if (units < end || (before && units === end)) return { node, offset: units - at };
    last = { node, offset: node.data.length };
    at = end;
  }
  return last;
}

function splitsPair(text, at) {
  return at > 0 && at < text.length && isHigh(text.charCodeAt(at - 1)) && isLow(text.charCodeAt(at));
}

function isHigh(unit) {
  return unit >= 0xd800 && unit < 0xdc00;
}

function isLow(unit) {
  return unit >= 0xdc00 && unit < 0xe000;
}
