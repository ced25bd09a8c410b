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

  const { lined, placeFor, apart } = window.placing;
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
  // Of several boxes with one name each is kept by its value.
  const ticked = (field) => field.type === "checkbox";
  const keyOf = (field) => (ticked(field) ? `${field.name}=${field.value}` : field.name);
  const typed = () => Object.fromEntries(fields().map((field) => [keyOf(field), ticked(field) ? field.checked : field.value]));
  const written = () => JSON.stringify(typed());

  const shown = written(); // as the page came
  let arrived = shown; // what the server has
  let leaving = false;
  let ended = ""; // why the server takes nothing more: what is typed then stays on the device
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
    // Who leaves before the page after a save is ready finds the text still here; saving trims its end.
    const trimmed = (value) => (typeof value === "string" ? value.trimEnd() : value);
    const differs = ([key, value]) => key !== "version" && key in stored.values && trimmed(stored.values[key]) !== trimmed(value);
    const other = Object.entries(typed()).some(differs);
    if (!other) return localStorage.removeItem(name);
    for (const field of fields()) {
      const value = stored.values[keyOf(field)];
      if (value === undefined) continue;
      if (ticked(field)) field.checked = value;
      else field.value = value;
    }
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
    if (sending || leaving || ended || written() === arrived) return;
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
    const shape = { hour: "2-digit", minute: "2-digit", timeZone: "Europe/Amsterdam" }; // as every time on the page
    const time = new Date().toLocaleTimeString(document.documentElement.lang, shape);
    say("saidKept", "ok", time);
  }

  // Asking again helps where the server was busy or ill, not where it said no.
  function refused(status) {
    if (status >= 500 || status === 429) {
      say("saidUnreachable", "warn");
      resting = setTimeout(keep, AGAIN);
      return;
    }
    ended = { 400: "saidExpired", 401: "saidExpired", 404: "saidClosed", 409: "saidClosed" }[status] ?? "";
    say(ended || "saidRefused", "warn");
  }

  function rest() {
    clearTimeout(resting);
    waitingSince ||= Date.now();
    resting = setTimeout(keep, Math.max(0, Math.min(REST, LONGEST_WAIT - (Date.now() - waitingSince))));
  }

  // The lid closes or the tab goes: one last message, which the browser sends even when the page is gone.
  function farewell() {
    if (document.visibilityState !== "hidden" || leaving || ended || written() === arrived) return;
    const last = body();
    if (last.toString().length < LARGEST_FAREWELL) fetch(said.pad, { method: "POST", body: last, keepalive: true }).catch(() => {});
  }

  // --- the preview, the lines and the marks beside them --------------------------------------------------------

  function look() {
    clearTimeout(looking);
    if (ended !== "saidExpired") htmx.trigger(form, "look");
  }

  const faultLines = () => {
    const links = document.querySelectorAll("#editor-preview [data-line]");
    return new Set([...links].map((link) => Number(link.dataset.line)));
  };

  function drawLines() {
    if (!marks) return;
    const faulty = faultLines();
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

  // In the form of a step each fault is marked and told at its field as well, for several boxes once above them.
  function markFields() {
    const links = [...document.querySelectorAll("#editor-preview [data-field]")];
    const told = (name) => links.filter((link) => link.dataset.field === name).map((link) => link.dataset.sentence).join(" ");
    for (const picker of form.querySelectorAll("[data-picker]")) mark(picker.querySelector("fieldset"), told(picker.dataset.picker), (error) => picker.prepend(error));
    for (const field of fields().filter((one) => one.id && one !== text && !one.closest("[data-picker]"))) {
      const words = told(field.name);
      mark(field, words, (error) => field.before(error));
      field.setAttribute("aria-invalid", String(words !== ""));
    }
  }

  function mark(field, words, place) {
    const id = `${field.id}-error`;
    const described = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((one) => one !== id);
    document.getElementById(id)?.remove();
    if (words) place(Object.assign(document.createElement("p"), { id, className: "cr-error", textContent: words }));
    field.setAttribute("aria-describedby", [...described, words ? id : ""].join(" ").trim());
  }

  function goToLine(number) {
    const lines = text.value.split("\n");
    const start = lines.slice(0, number - 1).reduce((sum, words) => sum + words.length + 1, 0);
    text.focus();
    text.setSelectionRange(start, start + (lines[number - 1] ?? "").length);
    showLine(number);
  }

  function showLine(number) {
    const line = marks?.children[number - 1];
    const above = line ? line.offsetTop - text.scrollTop : 0;
    if (above < 0 || above > text.clientHeight * 0.8) text.scrollTop = Math.max(0, line.offsetTop - text.clientHeight / 3);
  }

  // --- putting something in -------------------------------------------------------------------------------------

  function freshId(wanted) {
    const taken = new Set([...said.ids.split(" "), ...[...text.value.matchAll(/\{#([^}]*)\}/g)].map((found) => found[1])]);
    let id = wanted;
    for (let number = 2; taken.has(id); number += 1) id = `${wanted}-${number}`;
    return id;
  }

  // Words in a line keep what was chosen as theirs; a block never takes the place of anything.
  function put(words) {
    const chosen = text.value.slice(text.selectionStart, text.selectionEnd);
    const block = words.startsWith("\n") || lined(text.value).find((line) => line.end >= text.selectionStart).front;
    const start = block ? placeFor(words, text.value, text.selectionEnd) : chosen.includes("\n") ? text.selectionEnd : text.selectionStart;
    const end = block ? start : text.selectionEnd;
    const filled = !block && chosen && end > start ? words.replace(/«.*?»/, () => `«${chosen}»`) : words;
    const made = (block ? apart(words, text.value, start) : filled).replace(/\{#([^}]*)\}/g, (_all, id) => `{#${freshId(id)}}`);
    const plain = made.replace(/[«»]/g, "");
    text.focus();
    text.setSelectionRange(start, end);
    // The old way keeps "undo" working; where it is gone, the new one.
    if (!document.execCommand?.("insertText", false, plain)) text.setRangeText(plain, start, end, "end");
    const from = made.indexOf("«");
    if (from >= 0) text.setSelectionRange(start + from, start + made.indexOf("»") - 1);
    changed();
    showLine(text.value.slice(0, text.selectionStart).split("\n").length);
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

  // --- what a step names ----------------------------------------------------------------------------------------

  function countPicked() {
    for (const picker of form.querySelectorAll("[data-picker]")) {
      const picked = picker.querySelector("[data-picked]");
      const count = picker.querySelectorAll("input:checked").length;
      const more = [...picker.querySelectorAll('input[type="text"]')].flatMap((field) => field.value.split(",")).filter((name) => name.trim()).length;
      picked.textContent = count + more ? picked.dataset.some.replace("{count}", count + more) : picked.dataset.none;
    }
  }

  // --- start ----------------------------------------------------------------------------------------------------

  function changed() {
    drawLines();
    countPicked();
    if (!ended) say("saidTyping", "ok");
    onDevice();
    rest();
    clearTimeout(looking);
    looking = setTimeout(look, LOOK);
  }

  function onClick(event) {
    const tool = event.target.closest("[data-put], [data-open], [data-line], [data-field]");
    if (!tool) return;
    if (tool.dataset.put) put(tool.dataset.put);
    else if (tool.dataset.open) openPlace(tool.dataset.open);
    else {
      event.preventDefault();
      if (tool.dataset.line) goToLine(Number(tool.dataset.line));
      else goToField(tool.dataset.field);
    }
  }

  function goToField(name) {
    const picker = form.querySelector(`[data-picker="${name}"]`);
    if (!picker) return form.elements[name].focus();
    picker.querySelector("details").open = true;
    (picker.querySelector("input:checked") ?? picker.querySelector("input") ?? picker.querySelector("summary")).focus();
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
    if (form.matches("[data-fields]")) markFields();
    putImage();
  });
})();
