// What pages need beyond htmx: ticking clocks, keeping typed text, showing refusals, the state of the live stream.
// Everything else works without this file.
"use strict";

(() => {
  const SECOND = 1000;
  const DAY = 86400 * SECOND;
  const AGAIN = 3 * SECOND;
  const KEEP = "keep:";
  const SENT = "keep-sent";
  const PAD = "pad:"; // what editor.js keeps of a draft while the server cannot be reached

  // --- clocks -------------------------------------------------------------------------------------------------

  // Server time minus browser time in milliseconds: a laptop in a crisis room may be minutes off.
  function serverOffset() {
    const stamp = Date.parse(document.querySelector('meta[name="server-now"]')?.content ?? "");
    if (Number.isNaN(stamp)) return 0;
    const [navigation] = performance.getEntriesByType("navigation");
    const received = navigation ? performance.timeOrigin + navigation.responseStart : Date.now();
    return stamp - received;
  }

  const offset = serverOffset();
  const serverNow = () => Date.now() + offset;
  const two = (number) => String(number).padStart(2, "0");

  function asTime(milliseconds) {
    const seconds = Math.floor(milliseconds / SECOND);
    return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  }

  function asTimeLeft(milliseconds) {
    if (milliseconds < 0) return `−${asTime(-milliseconds)}`;
    if (milliseconds < 2 * DAY) return asTime(milliseconds + SECOND - 1);
    const hour = document.documentElement.lang === "nl" ? "u" : "h";
    return `${Math.floor(milliseconds / DAY)} d ${Math.floor((milliseconds % DAY) / (3600 * SECOND))} ${hour}`;
  }

  function elapsed(data) {
    const banked = Number(data.bankedUs) / 1000;
    if (!data.runningSince) return banked;
    const running = Math.max(0, serverNow() - Date.parse(data.runningSince));
    return banked + (running * Number(data.paceNum)) / Number(data.paceDen);
  }

  function show(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }

  function tick() {
    for (const element of document.querySelectorAll("[data-clock]")) show(element, asTime(elapsed(element.dataset)));
    for (const element of document.querySelectorAll("[data-until]")) {
      const left = Date.parse(element.dataset.until) - serverNow();
      element.toggleAttribute("data-overdue", left < 0);
      show(element, asTimeLeft(left));
    }
  }

  // --- typed text survives an error, a reload and an expired session --------------------------------------------

  function keptFields(form) {
    return [...form.elements].filter(
      (field) =>
        field.name &&
        (field.matches("textarea, select") ||
          field.matches('input:not([type="hidden"], [type="password"], [type="file"], [type="submit"])')),
    );
  }

  const ticked = (field) => field.type === "checkbox" || field.type === "radio";
  const fieldKey = (field) => (ticked(field) ? `${field.name}=${field.value}` : field.name);
  const asRendered = (field) => {
    if (ticked(field)) return field.checked === field.defaultChecked;
    if (field.matches("select")) return !field.multiple; // a chosen option counts as a default: restore over it
    return field.value === field.defaultValue;
  };

  function keep(form) {
    const values = {};
    for (const field of keptFields(form)) values[fieldKey(field)] = ticked(field) ? field.checked : field.value;
    sessionStorage.setItem(KEEP + form.dataset.keep, JSON.stringify(values));
  }

  function restore(form) {
    const stored = sessionStorage.getItem(KEEP + form.dataset.keep);
    if (!stored) return;
    const values = JSON.parse(stored);
    for (const field of keptFields(form)) {
      const value = values[fieldKey(field)];
      if (value === undefined || !asRendered(field) || field === document.activeElement) continue;
      if (ticked(field)) field.checked = value;
      else field.value = value;
    }
  }

  const forget = (key) => sessionStorage.removeItem(KEEP + key);

  function forgetAll() {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(KEEP)) sessionStorage.removeItem(key);
    for (const key of Object.keys(localStorage)) if (key.startsWith(PAD)) localStorage.removeItem(key);
  }

  // After a plain submit the answer is a new page: only if that page is no refusal the text has arrived.
  function settleSent() {
    const sent = sessionStorage.getItem(SENT);
    sessionStorage.removeItem(SENT);
    if (sent && !document.querySelector("[data-refusal], .cr-error-summary, [aria-invalid='true']")) forget(sent);
  }

  function onSubmit(event) {
    const form = event.target;
    if (form.dataset.forget !== undefined) forgetAll();
    if (form.dataset.keep) sessionStorage.setItem(SENT, form.dataset.keep);
  }

  function onInput(event) {
    const form = event.target.form;
    if (form?.dataset.keep) keep(form);
  }

  // A live frame is drawn once for everybody: its forms take the token of this reader's page.
  function signForms() {
    const token = document.querySelector('input[name="csrf_token"]:not([value=""])')?.value;
    for (const field of document.querySelectorAll('input[name="csrf_token"][value=""]')) {
      if (token) field.setAttribute("value", token);
    }
  }

  // --- answers of the server to partial requests ----------------------------------------------------------------

  function tell(content) {
    const place = document.getElementById("notices");
    if (!place) return;
    const notice = document.createElement("div");
    notice.setAttribute("role", "alert");
    notice.append(content);
    place.replaceChildren(notice);
    notice.scrollIntoView({ block: "nearest" });
  }

  function onFailure(event) {
    if (!streamAgain(event.detail.ctx?.sourceElement)) unreachable();
  }

  function unreachable() {
    const template = document.getElementById("unreachable");
    if (template) tell(template.content.cloneNode(true));
  }

  function onAnswer(event) {
    const { ctx } = event.detail;
    const form = ctx.sourceElement.closest?.("form[data-keep]");
    const refused = ctx.response.status >= 400;
    if (form) sessionStorage.removeItem(SENT);
    if (form && !refused) forget(form.dataset.keep);
    if (form && !refused && ctx.swap === "none") form.reset(); // sent: ready for the next answer
    if (refused || !/^\s*<!doctype html/i.test(ctx.text)) return;
    // A whole page in answer to a request for a part, such as the sign-in page: go there.
    event.preventDefault();
    location.assign(ctx.response.raw.url);
  }

  function onRefusal(event) {
    const { ctx } = event.detail;
    if (streamAgain(ctx.sourceElement)) return;
    const page = new DOMParser().parseFromString(ctx.text, "text/html");
    const faulty = ctx.response.status === 422; // usually the form again, with its errors
    const refusal = page.querySelector(faulty && ctx.swap === "none" ? "[data-refusal], .cr-error" : "[data-refusal]");
    if (refusal) tell(document.adoptNode(refusal));
    else if (!faulty) unreachable();
    if (refusal) ctx.swap = "none";
  }

  // --- the state of the live stream -----------------------------------------------------------------------------

  function live(connected) {
    for (const state of document.querySelectorAll("[data-live]")) {
      state.hidden = (state.dataset.live === "on") !== connected;
    }
  }

  // hx-sse reconnects a stream that broke, but gives up when the very first connection fails.
  function streamAgain(element) {
    const url = element?.getAttribute?.("hx-sse:connect");
    if (!url) return false;
    live(false);
    setTimeout(() => element.isConnected && htmx.ajax("GET", url, { source: element }), AGAIN * (1 + Math.random()));
    return true;
  }

  // The ticket of the stream has run out or the session has ended: only a fresh page has a new one.
  function onStreamError(event) {
    live(false);
    if ([401, 403, 410].includes(event.detail.status)) location.reload();
  }

  // Told to go, because the session ended or the ticket ran out: nothing may stay on the screen. Else its part is gone.
  function onStreamClosed(event) {
    if (event.detail.reason === "message") setTimeout(() => location.reload(), SECOND); // after the sign-out's own answer
    else for (const state of document.querySelectorAll("[data-live]")) state.hidden = true;
  }

  // --- a long script in its own window: keep "now" in view --------------------------------------------------------

  function followNow() {
    for (const list of document.querySelectorAll(".cr-timeline, .cr-log")) {
      const view = list.parentElement;
      if (view.scrollHeight <= view.clientHeight + 1) continue;
      view.tabIndex = 0; // a region that scrolls must be reachable by keyboard
      const current = list.querySelector('[aria-current="step"]');
      if (!current || view.dataset.at === current.id || view.contains(document.activeElement)) continue;
      view.dataset.at = current.id;
      view.scrollTop = current.offsetTop - view.clientHeight / 3;
    }
  }

  // --- start ----------------------------------------------------------------------------------------------------

  // Once only: later swaps must not pull the reader away again.
  function takeFocus(element) {
    if (!element) return;
    element.removeAttribute("data-focus");
    element.focus();
  }

  const narrow = matchMedia("(max-width: 60rem)");

  // What is open for who has no script takes too much of a phone; where there is room for it, it is always open.
  function fold(parts) {
    for (const part of parts) {
      part.dataset.fold = "done";
      part.open = !narrow.matches;
    }
  }

  // What was copied is selected as well, so that one sees it and can copy it by hand where this is refused.
  function copy(button) {
    const text = button && document.getElementById(button.dataset.copy);
    if (!text) return;
    text.select();
    navigator.clipboard.writeText(text.value).then(() => button.setAttribute("data-done", ""), () => {});
  }

  function prepare(root) {
    signForms();
    for (const form of root.querySelectorAll("form[data-keep]")) restore(form);
    for (const button of root.querySelectorAll("[data-print]")) button.hidden = false;
    if (navigator.clipboard) for (const button of root.querySelectorAll("[data-copy]")) button.hidden = false;
    fold(root.querySelectorAll("details[data-fold=narrow]"));
    takeFocus(root.querySelector("[data-focus]"));
    followNow();
    tick();
  }

  narrow.addEventListener("change", () => fold(document.querySelectorAll("details[data-fold]")));
  settleSent();
  prepare(document);
  setInterval(tick, 200);
  document.addEventListener("input", onInput);
  document.addEventListener("submit", onSubmit);
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-print]")) print();
    copy(event.target.closest?.("[data-copy]"));
  });
  document.addEventListener("htmx:after:request", onAnswer);
  document.addEventListener("htmx:response:error", onRefusal);
  document.addEventListener("htmx:error", onFailure);
  document.addEventListener("htmx:after:swap", () => prepare(document));
  document.addEventListener("htmx:sse:after:connection", () => live(true));
  document.addEventListener("htmx:sse:error", onStreamError);
  document.addEventListener("htmx:sse:close", onStreamClosed);
})();
