// Writing a playbook: live preview, lines with marks, buttons that put something in, and keeping what is typed.
// Without this file the page still saves, and shows its preview by a button.
"use strict";

(() => {
  const LOOK = 400; // milliseconds of rest before the preview
  const REST = 1500; // milliseconds of rest before what was typed goes to the server
  const LONGEST_WAIT = 5000; // while somebody goes on typing
  const AGAIN = 5000;
  const STORE = "pad:";
  const SENT = "pad-sent";
  const LARGEST_FAREWELL = 60000; // bytes that a browser sends after the page is gone

  const editor = document.querySelector("[data-editor]");
  settleSent();
  if (!editor) return;

  const form = editor.querySelector("form[data-writing]");
  const text = form.querySelector("[data-text]");
  const marks = form.querySelector("[data-marks]");
  const state = form.querySelector("[data-state]");
  const told = form.querySelector("[data-told]");
  const said = editor.dataset;
  const name = STORE + said.editor;

  // --- what is typed ------------------------------------------------------------------------------------------

  const fields = () =>
    [...form.elements].filter(
      (field) => field.name && !["csrf_token", "back", "section", "do"].includes(field.name) && field.type !== "submit",
    );
  const typed = () => Object.fromEntries(fields().map((field) => [field.name, field.value]));
  const written = () => JSON.stringify(typed());

  const shown = written(); // as the page came
  let arrived = shown; // what the server has
  let leaving = false;
  let expired = false;
  let looking = 0;
  let resting = 0;
  let waitingSince = 0;
  let sending = false;

  // After a save the answer is another page; when that is no refusal and not this part again, the text has arrived.
  // It has as well when the answer shows two texts: the server kept the one that was typed.
  function settleSent() {
    const sent = sessionStorage.getItem(SENT);
    sessionStorage.removeItem(SENT);
    const again = editor && STORE + editor.dataset.editor === sent && !editor.matches("[data-meeting]");
    if (sent && !again && !document.querySelector("[data-refusal], .cr-error-summary")) localStorage.removeItem(sent);
  }

  function onDevice() {
    try {
      localStorage.setItem(name, JSON.stringify({ values: typed(), at: Date.now(), keptAt: said.keptAt }));
    } catch {
      // The browser keeps nothing (private window, or full): the server still does.
    }
  }

  function say(key, tone, time) {
    state.textContent = (said[key] ?? "").replace("{time}", time ?? "");
    state.dataset.tone = tone;
  }

  function putBack() {
    let stored;
    try {
      stored = JSON.parse(localStorage.getItem(name));
    } catch {
      stored = null;
    }
    // What another device sent to the server since is newer; clocks only matter then.
    if (!stored || (stored.keptAt !== said.keptAt && stored.at <= Date.parse(said.keptAt))) return;
    const before = written();
    for (const field of fields()) if (stored.values[field.name] !== undefined) field.value = stored.values[field.name];
    if (written() === before) return localStorage.removeItem(name);
    changed();
    say("saidRestored", "warn");
  }

  // --- keeping it at the server ---------------------------------------------------------------------------------

  function body() {
    const data = new FormData(form);
    data.delete("do");
    return new URLSearchParams(data);
  }

  async function keep() {
    clearTimeout(resting);
    if (sending || leaving || expired || written() === arrived) return;
    const sent = written();
    sending = true;
    try {
      const answer = await fetch(said.pad, { method: "POST", body: body(), headers: { "HX-Request-Type": "partial" } });
      if (answer.status === 204) kept(sent);
      else refused(answer.status);
    } catch {
      say("saidUnreachable", "warn");
      resting = setTimeout(keep, AGAIN);
    } finally {
      sending = false;
    }
  }

  function kept(sent) {
    arrived = sent;
    waitingSince = 0;
    if (written() !== sent) return rest();
    localStorage.removeItem(name);
    const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    say("saidKept", "ok", time);
  }

  function refused(status) {
    if (status === 400 || status === 401) {
      expired = true;
      say("saidExpired", "warn");
    } else {
      say("saidUnreachable", "warn");
      resting = setTimeout(keep, AGAIN);
    }
  }

  function rest() {
    clearTimeout(resting);
    waitingSince ||= Date.now();
    resting = setTimeout(keep, Math.max(0, Math.min(REST, LONGEST_WAIT - (Date.now() - waitingSince))));
  }

  // The lid closes or the tab goes: one last message, which the browser sends even when the page is gone.
  function farewell() {
    if (document.visibilityState !== "hidden" || leaving || expired || written() === arrived) return;
    const last = body();
    if (last.toString().length < LARGEST_FAREWELL) fetch(said.pad, { method: "POST", body: last, keepalive: true }).catch(() => {});
  }

  // --- the preview, the lines and the marks beside them --------------------------------------------------------

  function look() {
    clearTimeout(looking);
    if (!expired) htmx.trigger(form, "look");
  }

  const faultLines = () => {
    const links = document.querySelectorAll("#editor-preview [data-line]");
    return new Set([...links].map((link) => Number(link.dataset.line)));
  };

  // In the form of a step the field holds only a part of the text: its lines are not those of the faults.
  const inLines = text.name === "text";

  function drawLines() {
    if (!marks) return;
    const faulty = inLines ? faultLines() : new Set();
    const lines = text.value.split("\n").map((words, index) => {
      const line = document.createElement("div");
      line.className = "cr-lined-line";
      line.dataset.number = index + 1;
      line.toggleAttribute("data-fault", faulty.has(index + 1));
      line.textContent = words || " ";
      return line;
    });
    marks.replaceChildren(...lines);
    marks.parentElement.toggleAttribute("data-drawn", true);
    marks.style.inlineSize = `${text.clientWidth}px`;
    follow();
  }

  function follow() {
    marks.style.transform = `translateY(${-text.scrollTop}px)`;
  }

  function tellFaults() {
    const preview = document.getElementById("editor-preview");
    if (!preview || !told) return;
    const count = Number(preview.dataset.faultCount);
    const sentence = count ? said.saidFaults.replace("{count}", count) : said.saidGood;
    if (told.textContent !== sentence) told.textContent = sentence;
  }

  function goToLine(number) {
    const lines = text.value.split("\n");
    const start = lines.slice(0, number - 1).reduce((sum, words) => sum + words.length + 1, 0);
    text.focus();
    text.setSelectionRange(start, start + (lines[number - 1] ?? "").length);
    const line = marks?.children[number - 1];
    if (line) text.scrollTop = Math.max(0, line.offsetTop - text.clientHeight / 3);
  }

  // --- putting something in -------------------------------------------------------------------------------------

  function freshId(wanted) {
    const taken = new Set([...said.ids.split(" "), ...[...text.value.matchAll(/\{#([^}]*)\}/g)].map((found) => found[1])]);
    let id = wanted;
    for (let number = 2; taken.has(id); number += 1) id = `${wanted}-${number}`;
    return id;
  }

  // A block begins on a line of its own, with one blank line before it.
  function fitted(words) {
    if (!words.startsWith("\n")) return words;
    const before = text.value.slice(0, text.selectionStart);
    if (before.endsWith("\n\n") || !before) return words.slice(1);
    return before.endsWith("\n") ? words : `\n${words}`;
  }

  function put(words) {
    const made = fitted(words).replace(/\{#([^}]*)\}/g, (_all, id) => `{#${freshId(id)}}`);
    const plain = made.replace(/[«»]/g, "");
    const start = text.selectionStart;
    text.focus();
    // The old way keeps "undo" working; where it is gone, the new one.
    if (!document.execCommand?.("insertText", false, plain)) text.setRangeText(plain, start, text.selectionEnd, "end");
    const from = made.indexOf("«");
    if (from >= 0) text.setSelectionRange(start + from, start + made.indexOf("»") - 1);
    changed();
  }

  // --- images ---------------------------------------------------------------------------------------------------

  function offerImage(file) {
    const place = document.getElementById("editor-image");
    const chosen = place?.querySelector('input[type="file"]');
    if (!chosen) return;
    const box = new DataTransfer();
    box.items.add(file);
    chosen.files = box.files;
    place.open = true;
    place.querySelector('input[type="text"]').focus();
  }

  function imageIn(items) {
    return [...(items ?? [])].find((file) => file.type.startsWith("image/"));
  }

  function onPaste(event) {
    const file = imageIn(event.clipboardData?.files);
    if (!file) return;
    event.preventDefault();
    offerImage(file);
  }

  function onDrop(event) {
    const file = imageIn(event.dataTransfer?.files);
    if (!file) return;
    event.preventDefault();
    offerImage(file);
  }

  function putImage() {
    const made = document.querySelector("[data-image-text]");
    if (!made) return;
    const words = made.dataset.imageText;
    made.remove();
    document.getElementById("editor-image").open = false;
    put(`\n${words}\n\n`);
    say("saidImage", "ok");
  }

  // --- start ----------------------------------------------------------------------------------------------------

  function changed() {
    drawLines();
    if (!expired) say("saidTyping", "ok");
    onDevice();
    rest();
    clearTimeout(looking);
    looking = setTimeout(look, LOOK);
  }

  function onClick(event) {
    const tool = event.target.closest("[data-put], [data-open], [data-line]");
    if (!tool) return;
    if (tool.dataset.put) put(tool.dataset.put);
    else if (tool.dataset.open) openPlace(tool.dataset.open);
    else if (inLines) {
      event.preventDefault();
      goToLine(Number(tool.dataset.line));
    }
  }

  function openPlace(id) {
    const place = document.getElementById(id);
    place.open = true;
    place.querySelector("input:not([type=hidden])").focus();
  }

  function onKey(event) {
    if ((event.ctrlKey || event.metaKey) && event.key === "s") {
      event.preventDefault();
      form.querySelector("button[type=submit]")?.click();
    }
  }

  for (const bar of editor.querySelectorAll("[data-toolbar]")) bar.hidden = false;
  putBack();
  text.setSelectionRange(text.value.length, text.value.length); // what a button puts in comes at the end at first
  drawLines();
  form.addEventListener("input", changed);
  form.addEventListener("submit", (event) => {
    // htmx listens to the event "look" only; a submit is the browser's own.
    leaving = !event.defaultPrevented;
    onDevice();
    sessionStorage.setItem(SENT, name);
  });
  text.addEventListener("scroll", () => marks && follow());
  text.addEventListener("paste", onPaste);
  text.addEventListener("drop", onDrop);
  text.addEventListener("dragover", (event) => event.dataTransfer?.types.includes("Files") && event.preventDefault());
  editor.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey);
  document.addEventListener("visibilitychange", farewell);
  if (marks) new ResizeObserver(drawLines).observe(text);
  addEventListener("beforeunload", (event) => {
    if (!leaving && written() !== shown) event.preventDefault();
  });
  document.addEventListener("htmx:response:error", (event) => {
    if (event.detail.ctx?.response?.status === 401) refused(401);
  });
  document.addEventListener("htmx:after:swap", () => {
    drawLines();
    tellFaults();
    putImage();
  });
})();
