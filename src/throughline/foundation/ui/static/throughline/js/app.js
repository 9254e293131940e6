// Throughline in the browser: shortcuts, focus, search, toasts. Everything here is a convenience:
// each page works without it, and nothing clinical is ever kept in browser storage.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const typing = (el) => el.matches("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
  const rows = () => $$("[data-row]").filter((row) => row.offsetParent !== null);
  const current = () => document.activeElement.closest("[data-row]");

  function focusRow(row) {
    if (!row) return;
    row.tabIndex = 0;
    row.focus({ preventScroll: false });
    row.scrollIntoView({ block: "nearest" });
  }

  // Where one begins who has no row yet: at the first that is in view, not at the top of a long list.
  const inView = () => rows().find((row) => row.getBoundingClientRect().top > 60) || rows()[0];

  function step(by) {
    const all = rows();
    const at = all.indexOf(current());
    focusRow(all[Math.min(all.length - 1, Math.max(0, at + by))]);
  }

  // --- shortcuts: single keys only while a row, list or panel has the focus (WCAG 2.1.4) ---
  // Keys a person moved or switched off in her settings: what she presses -> what it usually does.
  const moved = document.body.dataset.keymap || "";
  const means = new Map(moved === "off" ? [] : moved.split(" ").filter(Boolean).map((pair) => [pair[0], pair[1]]));
  const shown = new Map([...means].filter(([, usual]) => usual !== "-").map(([key, usual]) => [usual, key]));
  function relabel(root) {
    if (!moved) return;
    for (const hint of $$("[data-key] > kbd, label > kbd", root)) {
      if (hint.dataset.read || !/^[a-z]$/.test(hint.textContent)) continue;
      hint.dataset.read = "1";
      if (moved === "off") hint.remove(); else if (shown.has(hint.textContent)) hint.textContent = shown.get(hint.textContent);
    }
  }
  relabel(document);

  // Where the tabs do not fit, the one that is open must not lie outside.
  for (const tab of $$(".tabs [aria-current]")) {
    const row = tab.parentElement, [here, all] = [tab, row].map((el) => el.getBoundingClientRect());
    row.scrollTo({ left: row.scrollLeft + here.left - all.left - (all.width - here.width) / 2, behavior: "instant" });
  }

  let going = false;
  function press(pressed, event) {
    if (moved === "off" && /^[a-z]$/.test(pressed)) return;
    const key = going ? pressed : means.get(pressed) || pressed;
    const scope = document.activeElement.closest("[data-row], [data-keys], [data-panel]");
    if (going) {
      going = false;
      const link = $(`[data-go="${CSS.escape(key)}"]`);
      if (link) { event.preventDefault(); link.click(); }
      return;
    }
    if (key === "g" ) { going = true; setTimeout(() => { going = false; }, 1200); return; }
    if (key === "?") { const link = $('a[href$="#shortcuts"]'); if (link) { event.preventDefault(); link.click(); } return; }
    if (key === "u") { undo(event); return; }
    if (!scope) {
      if (key === "j" || key === "k") { event.preventDefault(); focusRow(inView()); }
      return;
    }
    if (key === "j" || key === "ArrowDown") { event.preventDefault(); step(1); return; }
    if (key === "k" || key === "ArrowUp") { event.preventDefault(); step(-1); return; }
    const act = $$(`[data-key="${CSS.escape(key)}"]`, scope).find((el) => el.offsetParent !== null || el.type === "radio")
      || $$(`[data-key="${CSS.escape(key)}"]`, scope)[0];
    if (!act && openFromRow(key, current())) { event.preventDefault(); return; }
    if (act) {
      event.preventDefault();
      if (act.type === "radio" || act.type === "checkbox") { act.checked = act.type === "radio" ? true : !act.checked; act.focus(); act.dispatchEvent(new Event("change", { bubbles: true })); }
      else if (act.matches("input, textarea, select")) act.focus();
      else act.click();
    }
  }

  function undo(event) {
    const button = $("#toasts [data-undo], .notice [data-undo]");
    if (button) { event.preventDefault(); button.click(); }
  }

  // On a closed row a letter fetches just the part it needs, or carries out the act itself; on a selected one, for all
  // that are selected.
  function openFromRow(key, row) {
    if (!row || !row.matches(".today .one") || !window.htmx) return false;
    const whole = { d: "done", s: "snooze", a: "assign" }[key];
    if (whole && $("[name=task]:checked", row)) { $(`#bulk [value=${whole}]`).click(); return true; }
    const id = row.id.slice(4);
    const swap = { source: row, target: row, swap: "outerHTML" };
    const parts = { s: "snooze", a: "assign", n: "note", q: "task", o: "all" };
    if (parts[key]) htmx.ajax("GET", `/today/${id}/?open=${parts[key]}`, swap);
    else if (key === "c") htmx.ajax("GET", `/p/${id}/call/`, swap);
    else if (key === "b") location.assign(`/p/${id}/book/`);
    else if (key === "r") location.assign(`/p/${id}/refer/`);
    else if (key === "d" && $("[name=task]", row)) htmx.ajax("POST", `/task/${$("[name=task]", row).value}/done/`, swap);
    else return false;
    return true;
  }

  // A link of a row opens its part in place; without this script, or in a new tab, it leads to a page of its own.
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".today .row__act > a:not([hx-get])");
    if (!link || !window.htmx || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    const row = link.closest("[data-row]");
    htmx.ajax("GET", link.getAttribute("href"), { source: link, target: row, swap: "outerHTML" });
  });

  // A plain form leaves with its page: pressed twice within a second it is sent once.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.matches("[hx-post]") || "draftSure" in form.dataset) return;
    if (event.timeStamp - (form.sentAt || -1e4) < 1000) { event.preventDefault(); event.stopImmediatePropagation(); return; }
    form.sentAt = event.timeStamp;
  }, true);

  document.addEventListener("keydown", (event) => {
    const { key, ctrlKey, metaKey, altKey } = event;
    const command = ctrlKey || metaKey;
    if ((key === "/" && !typing(event.target)) || (command && key.toLowerCase() === "k")) {
      const box = $("#q");
      if (box) { event.preventDefault(); box.focus(); box.select(); }
      return;
    }
    if (command && key === "Enter") {
      const form = event.target.closest("form");
      if (form) { event.preventDefault(); form.requestSubmit(); }
      return;
    }
    if (command && key.toLowerCase() === "z" && !typing(event.target)) { undo(event); return; }
    if (key === "Escape") { closeNearest(event); return; }
    if (event.target.id === "q") { searchKeys(event); return; }
    if (command || altKey || typing(event.target) || (event.target.type === "radio" && key.startsWith("Arrow"))) return;
    if (key === "Enter" && event.target.matches("[data-row]")) { const open = $("[data-open], .row__who a", event.target); if (open) { event.preventDefault(); open.click(); } return; }
    press(key, event);
  });

  function closeNearest(event) {
    const panel = event.target.closest("[data-panel]");
    if (panel) {
      event.preventDefault();
      const row = panel.closest("[data-row]");
      const close = $("[data-close]", panel);
      if (close) close.click(); else panel.remove();
      focusRow(row);
    }
    if (event.target.id === "q") {
      event.preventDefault();
      $("#found").replaceChildren();
      event.target.value = "";
      if (before && before.isConnected) before.focus(); else event.target.blur();
    }
  }

  // Who leaves the search box with Escape is where she was before.
  let before = null;
  document.addEventListener("focusin", (event) => { if (event.target.id === "q") before = event.relatedTarget; });

  // A row that is left for a page has its place in the address, so that going back leads to it again.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-row] a[href]");
    const row = link && link.closest("[data-row]");
    if (row && row.id) history.replaceState(history.state, "", `#${row.id}`);
  });
  addEventListener("pageshow", () => {
    const row = location.hash.startsWith("#row-") && document.getElementById(location.hash.slice(1));
    if (row && row.matches("[data-row]") && document.activeElement === document.body) focusRow(row);
  });

  // --- search: the first result is preselected, arrows move, Enter opens ---
  function searchKeys(event) {
    const found = $$("#found a, #found button");
    if (!found.length) return;
    const at = found.findIndex((el) => el.getAttribute("aria-current") === "true");
    const move = (to) => { found.forEach((el, i) => i === to ? el.setAttribute("aria-current", "true") : el.removeAttribute("aria-current")); found[to].scrollIntoView({ block: "nearest" }); };
    if (event.key === "ArrowDown") { event.preventDefault(); move(Math.min(found.length - 1, at + 1)); }
    if (event.key === "ArrowUp") { event.preventDefault(); move(Math.max(0, at - 1)); }
    if (event.key === "Enter") { event.preventDefault(); found[Math.max(0, at)].click(); }
  }

  // --- after a swap: first result marked, declared focus moved, one polite announcement ---
  document.addEventListener("htmx:afterSwap", (event) => {
    const target = event.detail.target;
    relabel(document);
    if (target.id === "found") { const first = $("a, button", target); if (first) first.setAttribute("aria-current", "true"); }
    const wanted = $$("[data-focus]");
    wanted.forEach((el) => el.removeAttribute("data-focus"));
    if (wanted.length) { const el = wanted[wanted.length - 1]; if (el.matches("[data-row]")) focusRow(el); else el.focus(); }
    armToasts();
  });
  // Narrow screens lay the list's cells out as blocks; their roles keep it a table for a screen reader.
  const ROLES = { THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TD: "cell" };
  function nameParts() {
    for (const el of $$(".today :is(thead, tbody, tr, td, th):not([role])")) {
      el.setAttribute("role", ROLES[el.tagName] || (el.scope === "col" ? "columnheader" : "rowheader"));
    }
    for (const row of $$("[data-row]:not([tabindex])")) row.tabIndex = -1;
    for (const el of $$(".today .row__act :is(a, input):not([data-named])")) {
      const who = $(".row__who a", el.closest("tr"));
      el.dataset.named = "";
      if (who) el.setAttribute("aria-label", `${el.getAttribute("aria-label") || el.textContent}: ${who.textContent}`);
    }
    // With this script the link to a row's details is a button that unfolds them.
    for (const el of $$(".today [data-key=o]:not([role])")) { el.setAttribute("role", "button"); el.setAttribute("aria-expanded", "false"); }
  }
  document.addEventListener("htmx:afterSettle", nameParts);
  nameParts();

  // A row that leaves the list hands the focus to the one that follows it.
  let leaving = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const row = event.detail.target.closest && event.detail.target.closest("[data-row]");
    leaving = null;
    if (row && row === event.detail.target) {
      const all = rows();
      const at = all.indexOf(row);
      leaving = all[at + 1] || all[at - 1] || null;
    }
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (leaving && document.activeElement === document.body && leaving.isConnected) focusRow(leaving);
    leaving = null;
  });

  // --- toasts: 20 seconds, paused while hovered or focused ---
  function armToasts() {
    for (const toast of $$("#toasts .toast:not([data-armed])")) {
      toast.dataset.armed = "1";
      let left = Number(toast.dataset.seconds || 20);
      const label = $(".toast__time", toast);
      const tick = setInterval(() => {
        if (!toast.isConnected) { clearInterval(tick); return; }
        if (toast.matches(":hover") || toast.contains(document.activeElement)) return;
        left -= 1;
        if (label) label.textContent = `${left} s`;
        if (left <= 0) { clearInterval(tick); toast.remove(); }
      }, 1000);
      const close = $("[data-dismiss]", toast);
      if (close) close.addEventListener("click", () => toast.remove());
    }
  }

  // --- what is refused stands where it was asked for: over the form, which keeps what was typed, else as a toast ---
  function refuse(event) {
    const { xhr, requestConfig } = event.detail;
    if (!requestConfig || (requestConfig.verb !== "post" && !requestConfig.elt.closest("[data-row]"))) return;
    const why = $("[role=alert]", new DOMParser().parseFromString(xhr.responseText, "text/html"));
    const note = document.createElement("div");
    note.className = "notice k-critical refused";
    note.setAttribute("role", "alert");
    note.textContent = why ? why.textContent.trim() : document.body.dataset.failed || "Not done. Load the page again, then try once more.";
    const form = requestConfig.elt.closest("form:not(#bulk, [role=search])");
    if (form) { $$(".refused", form).forEach((old) => old.remove()); form.prepend(note); return; }
    $("#toasts").append(note);
    setTimeout(() => note.remove(), 20000);
    // What a closed row says is no longer so: it is shown as it stands.
    const row = requestConfig.elt;
    if (requestConfig.verb === "post" && row.matches(".today .one")) htmx.ajax("GET", `/today/${row.id.slice(4)}/?open=none`, { source: row, target: row, swap: "outerHTML" });
  }
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (xhr.status === 422 && xhr.getResponseHeader("HX-Reswap") === "none") { event.detail.shouldSwap = false; refuse(event); }
  });
  document.addEventListener("htmx:responseError", refuse);

  // --- a lost connection never loses what was typed: the page says so and leaving is held up ---
  let unsaved = 0;
  const state = () => $("[data-saved]");
  document.addEventListener("htmx:sendError", () => { unsaved += 1; const s = state(); if (s) { s.textContent = s.dataset.lost || "Not saved: reconnecting"; s.classList.add("k-critical"); } });
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) { unsaved = 0; const s = state(); if (s) s.classList.remove("k-critical"); } });
  addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });

  // --- timers of contacts: seconds since the panel opened, kept in a field the form sends ---
  setInterval(() => {
    for (const timer of $$("[data-timer]")) {
      const seconds = Number(timer.dataset.seconds || 0) + 1;
      timer.dataset.seconds = seconds;
      timer.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
      const field = document.getElementById(timer.dataset.timer);
      if (field && !field.dataset.edited) field.value = seconds;
    }
  }, 1000);

  // --- what waits in the outbox counts down ---
  setInterval(() => {
    for (const left of $$("[data-countdown]")) {
      const seconds = Number(left.textContent) - 1;
      if (seconds >= 0) left.textContent = seconds;
      else { left.removeAttribute("data-countdown"); setTimeout(() => location.reload(), 3000); }
    }
  }, 1000);

  // --- several rows at once: the bar says how many, "all shown" ticks them, and once more unticks them ---
  const boxes = () => $$(".today [name=task]");
  function count() {
    const said = $("[data-selected]");
    if (!said) return;
    const ticked = boxes().filter((box) => box.checked).length;
    said.textContent = ticked || "";
  }
  document.addEventListener("change", (event) => { if (event.target.name === "task") count(); });
  document.addEventListener("htmx:afterSettle", count);
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-select]")) return;
    event.preventDefault();
    const all = boxes();
    const on = !all.every((box) => box.checked);
    all.forEach((box) => { box.checked = on; });
    count();
  });
  count();

  $$("[data-print]").forEach((button) => button.addEventListener("click", () => print()));
  armToasts();
})();
