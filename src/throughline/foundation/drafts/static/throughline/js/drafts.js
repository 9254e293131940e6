// Keeps on the server what is being typed, and never lets go of what is not kept yet: it waits in this page's memory
// (nowhere else) until the connection or the sign-in is back. A form says which draft is its own by data-draft.
"use strict";
(() => {
  const PAUSE = 800;
  const records = new WeakMap(); // form -> { dirty, timer, busy, wait }
  const unsaved = new Set(); // forms with words the server has not confirmed
  const answers = new Set(); // fields that send themselves and did not arrive
  const held = new Map(); // forms whose sending waits: form -> the button pressed
  let signedOut = false;
  let retry = null;

  const skip = (el) => !el.name || ["hidden", "password", "file", "submit", "button"].includes(el.type) || el.disabled;
  const token = () => (JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || "");
  const own = (form, name) => { const field = form.querySelector(`input[type=hidden][name=${name}]`); return field ? field.value : ""; };
  const formOf = (el) => { const form = el && el.closest ? el.form || el.closest("form") : null; return form && form.matches("[data-draft]") ? form : null; };
  const words = document.body.dataset;

  const sends = (form) => form.matches("[hx-post]") && /^$|submit/.test(form.getAttribute("hx-trigger") || "");

  // A field that asks something on its own carries its form's values along; only the form itself is a sending.
  document.addEventListener("htmx:configRequest", (event) => {
    const { elt, parameters } = event.detail;
    if (elt.matches("form") && sends(elt)) return;
    for (const name of ["draft", "draft_sheet", "draft_page", "draft_again"]) delete parameters[name];
  });

  function state(form, text, lost) {
    const line = form && form.querySelector("[data-draft-state]");
    if (!line) return;
    line.hidden = false;
    line.classList.toggle("k-critical", Boolean(lost));
    if (lost) line.setAttribute("role", "alert"); else line.removeAttribute("role");
    if (line.textContent !== text) line.textContent = text;
  }

  function of(form) {
    if (!records.has(form)) records.set(form, { dirty: new Map(), timer: 0, busy: false, count: 0 });
    return records.get(form);
  }

  function typed(el, pause) {
    const form = formOf(el);
    if (!form || skip(el) || !el.isConnected) return;
    const record = of(form);
    record.count += 1;
    record.dirty.set(el.name, record.count);
    unsaved.add(form);
    clearTimeout(record.timer);
    record.timer = setTimeout(() => save(form), pause);
  }

  // The line's place is kept from the first touch of a field: a button must not move away from under the pointer
  // because leaving the field saved it.
  document.addEventListener("focusin", (event) => {
    const form = formOf(event.target);
    const line = form && !skip(event.target) && form.querySelector("[data-draft-state]");
    if (line) line.hidden = false;
  });
  document.addEventListener("input", (event) => typed(event.target, PAUSE));
  document.addEventListener("change", (event) => typed(event.target, PAUSE));
  document.addEventListener("focusout", (event) => {
    const form = formOf(event.target);
    if (form && records.has(form) && of(form).dirty.size) { clearTimeout(of(form).timer); save(form); }
  });

  async function save(form) {
    const record = of(form);
    if (record.busy || record.sending || !record.dirty.size || held.has(form)) return;
    record.busy = true;
    const sending = new Map(record.dirty);
    const body = new URLSearchParams({ key: form.dataset.draft, sheet: own(form, "draft_sheet"), page: form.dataset.draftPage || location.pathname });
    const all = new FormData(form);
    for (const name of sending.keys()) {
      const values = all.getAll(name);
      if (values.length) values.forEach((value) => body.append(`f.${name}`, value)); else body.append("gone", name);
    }
    if (!lostNow()) state(form, words.saving || "Saving", false);
    try {
      const answer = await fetch("/drafts/keep/", { method: "POST", body, headers: { "X-CSRFToken": token(), "HX-Request": "true" }, redirect: "error" });
      record.busy = false;
      if (answer.status === 401) { out(form); return; }
      if (answer.status === 403 && await freshToken()) { later(form); return; }
      if (!answer.ok) {
        if (answer.status >= 500) later(form); else { state(form, words.unkept || "Not saved as a draft: save the form itself", true); unsaved.delete(form); }
        return;
      }
      for (const [name, count] of sending) if (record.dirty.get(name) === count) record.dirty.delete(name);
      if (record.dirty.size) { record.timer = setTimeout(() => save(form), PAUSE); return; }
      unsaved.delete(form);
      connected();
      state(form, answer.status === 204 ? "" : await answer.text(), false);
    } catch {
      record.busy = false;
      later(form);
    }
  }

  const lostNow = () => retry !== null || signedOut;

  // --- a lost connection: said, retried, leaving held up ---
  function later(form) {
    state(form, words.lost || "Not saved: reconnecting", true);
    if (retry === null) retry = setTimeout(again, 3000);
  }
  function connected() { clearTimeout(retry); retry = null; }

  async function again() {
    retry = null;
    if (signedOut) return;
    for (const form of [...unsaved]) await save(form);
    if (retry !== null) return;
    for (const field of [...answers]) { answers.delete(field); if (field.isConnected) field.dispatchEvent(new Event("change", { bubbles: true })); }
    if (held.size) await sendHeld();
  }
  addEventListener("online", () => { if (unsaved.size || held.size || answers.size) { connected(); again(); } });
  addEventListener("beforeunload", (event) => { if (unsaved.size || held.size || answers.size) event.preventDefault(); });

  // --- the session: asked before sending, so that nothing is sent into the void ---
  async function freshToken() {
    try {
      const answer = await fetch("/session/", { headers: { "HX-Request": "true" } });
      if (answer.status !== 200) return false;
      const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-token]");
      if (found) document.dispatchEvent(new CustomEvent("throughline:token", { detail: found.dataset.token }));
      return Boolean(found);
    } catch { return false; }
  }
  function out(form) {
    state(form, words.out || "Not saved: sign in to go on", true);
    if (signedOut) return;
    signedOut = true;
    if (window.htmx) htmx.ajax("GET", "/session/", { target: "#session", swap: "innerHTML" });
  }
  document.addEventListener("throughline:signed-in", () => { signedOut = false; connected(); again(); });
  document.addEventListener("throughline:signed-out", () => { signedOut = true; });

  function hold(form, submitter) {
    held.set(form, submitter || null);
    if (!form.querySelector("input[name=draft_again]")) {
      const mark = Object.assign(document.createElement("input"), { type: "hidden", name: "draft_again", value: "1" });
      form.append(mark);
    }
  }
  async function sendHeld() {
    for (const [form, submitter] of [...held]) {
      held.delete(form);
      if (form.isConnected) { form.dataset.draftSure = ""; form.requestSubmit(submitter && submitter.isConnected ? submitter : null); }
    }
  }
  function sent(form) {
    const record = records.get(form);
    if (record) { clearTimeout(record.timer); record.dirty.clear(); }
    unsaved.delete(form);
    held.delete(form);
  }

  // A plain form would be gone with its page: first make sure that somebody is there to take it.
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("form[data-draft]")) return;
    if (sends(form) && window.htmx) { clearTimeout(of(form).timer); of(form).sending = true; return; }
    if ("draftSure" in form.dataset) { delete form.dataset.draftSure; sent(form); return; }
    event.preventDefault();
    try {
      const answer = await fetch("/session/", { headers: { "HX-Request": "true" } });
      if (answer.status === 401) { hold(form, event.submitter); out(form); return; }
      if (!answer.ok) throw new Error("not reached");
      form.dataset.draftSure = "";
      form.requestSubmit(event.submitter);
    } catch {
      hold(form, event.submitter);
      later(form);
    }
  }, true);

  // A form htmx sends: what did not arrive waits and is sent again; what arrived is done with.
  document.addEventListener("htmx:afterRequest", (event) => {
    const { elt, requestConfig, xhr, successful } = event.detail;
    const form = formOf(elt);
    if (elt.matches && elt.matches("[hx-post][hx-trigger^=change]") && xhr && (xhr.status === 0 || xhr.status === 401)) {
      answers.add(elt);
      if (xhr.status === 401) signedOut = true; else if (retry === null) retry = setTimeout(again, 3000);
      return;
    }
    if (!form || !requestConfig || requestConfig.verb !== "post") return;
    if (elt !== form || !sends(form)) return;
    of(form).sending = false;
    const submitter = requestConfig.triggeringEvent && requestConfig.triggeringEvent.submitter;
    if (!xhr || xhr.status === 0) { hold(form, submitter); later(form); }
    else if (xhr.status === 401) { hold(form, submitter); signedOut = true; state(form, words.out || "Not saved: sign in to go on", true); }
    else if (successful || xhr.status === 422 || xhr.status === 409) { sent(form); connected(); }
  });
  document.addEventListener("htmx:sendError", (event) => {
    const { elt, requestConfig } = event.detail;
    if (formOf(elt) || !requestConfig || requestConfig.verb !== "post" || /every/.test(elt.getAttribute("hx-trigger"))) return;
    const place = document.getElementById("toasts");
    if (!place || place.querySelector("[data-connection]")) return;
    const note = Object.assign(document.createElement("p"), { className: "notice k-critical", textContent: words.notdone || "Not done: no connection. Try again in a moment." });
    note.dataset.connection = "";
    place.append(note);
    setTimeout(() => note.remove(), 10000);
  });

  // --- Continue: the kept words go into the form that follows, without leaving the page ---
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-draft-continue]");
    const offer = link && link.closest("[data-draft-offer]");
    if (!offer) return;
    const form = document.querySelector(`form[data-draft="${CSS.escape(offer.dataset.draftOffer)}"]`);
    if (!form) return;
    event.preventDefault();
    const kept = new Map();
    for (const field of offer.querySelectorAll("data[data-field]")) kept.set(field.dataset.field, [...(kept.get(field.dataset.field) || []), field.value]);
    for (const el of form.elements) {
      if (skip(el) || !kept.has(el.name)) continue;
      const values = kept.get(el.name);
      if (el.type === "checkbox" || el.type === "radio") el.checked = values.includes(el.value);
      else if (el.type === "select-multiple") for (const option of el.options) option.selected = values.includes(option.value);
      else el.value = values[0];
    }
    const shut = form.closest("details:not([open])");
    if (shut) shut.open = true;
    offer.remove();
    const first = [...form.elements].find((el) => el.matches("textarea") && !skip(el)) || [...form.elements].find((el) => !skip(el));
    if (first) first.focus();
  });
})();
