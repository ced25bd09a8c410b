// Where a block that is put into the Markdown of a playbook comes: below the step, list or code that the cursor is in.
"use strict";

window.placing = (() => {
  const blank = (line) => !line.said.trim();
  const heading = (line) => /^#{1,6}\s/.test(line.said);

  // The lines of a text with the place behind each; nothing comes behind a line that is held: in front matter, in code.
  function lined(text) {
    const lines = text.split("\n");
    const last = lines[0] === "---" ? lines.indexOf("---", 1) : -1;
    let end = -1;
    let open = "";
    return lines.map((said, number) => {
      end += said.length + 1;
      if (number <= last) return { said, end, front: true, held: number < last };
      const mark = /^\s*(`{3,}|~{3,})/.exec(said)?.[1] ?? "";
      if (!open) open = mark;
      else if (mark.startsWith(open)) open = "";
      return { said, end, front: false, held: open !== "" };
    });
  }

  // The last line of what the cursor is in: a title is a line, everything else goes on to a blank line.
  function lastOf(lines, at) {
    const goesOn = (line, next) => line.held || ![line, next].some((one) => blank(one) || heading(one));
    while (at + 1 < lines.length && goesOn(lines[at], lines[at + 1])) at += 1;
    return at;
  }

  // The fields of a step belong to the title above them.
  function fieldsBelow(lines, at) {
    while (at > 0 && blank(lines[at])) at -= 1;
    const next = lines.findIndex((line, number) => number > at && !blank(line));
    const are = heading(lines[at]) && next > 0 && /^[-*+] (?!\[)[^:]+:/.test(lines[next].said);
    return are ? lastOf(lines, next) : -1;
  }

  // A new step comes below the step or phase that the cursor is in, never above the first phase.
  function endOfStep(lines, at) {
    const from = Math.max(at, lines.findIndex((line) => !line.held && /^##\s/.test(line.said)));
    const next = lines.findIndex((line, number) => number > from && !line.held && /^#{1,3}\s/.test(line.said));
    let last = next < 0 ? lines.length - 1 : next - 1;
    while (last > from && blank(lines[last])) last -= 1;
    return last;
  }

  function placeFor(words, text, cursorAt) {
    const lines = lined(text);
    const cursor = lines.findIndex((line) => line.end >= cursorAt);
    const at = lastOf(lines, cursor);
    const isStep = /^#{1,3}\s/.test(words.trimStart());
    return lines[isStep ? endOfStep(lines, at) : Math.max(at, fieldsBelow(lines, at))].end;
  }

  // A block stands on lines of its own, with one blank line before and behind it.
  function apart(words, text, place) {
    const [before, after] = [text.slice(0, place), text.slice(place)];
    const missing = (have) => "\n".repeat(Math.max(0, 2 - have.length));
    const above = before.trim() ? missing(/\n*$/.exec(before)[0]) : "";
    return above + words.replace(/^\n+|\n+$/g, "") + (after.trim() ? missing(/^\n*/.exec(after)[0]) : after ? "" : "\n");
  }

  return { lined, placeFor, apart };
})();
