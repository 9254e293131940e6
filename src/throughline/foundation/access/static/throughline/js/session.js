// Keeps forms alive over a sign-in in another tab: the server gives out a new token after it, and every form on
// this page must carry that one. Also opens the warning as a real dialog, so that focus stays inside it.
"use strict";
(() => {
  // htmx notes the address of the page; an address names a patient, and nothing of a record stays in the browser.
  const forget = () => sessionStorage.removeItem("htmx-current-path-for-history");
  forget();
  for (const moved of ["htmx:pushedIntoHistory", "htmx:replacedInHistory"]) document.addEventListener(moved, forget);
  const refresh = (token) => {
    for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = token;
    document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
  };
  document.addEventListener("throughline:token", (event) => refresh(event.detail));
  const tell = (name) => document.dispatchEvent(new CustomEvent(`throughline:${name}`));
  let out = false;
  let before = null; // where the focus was when the dialog came
  // The answer to the dialog must not close it and open it again for nothing, and must not steal what is being typed.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const place = event.detail.target;
    if (!place || place.id !== "session" || event.detail.xhr.status !== 401) return;
    if (document.querySelector("#sign-in-again")) event.detail.shouldSwap = false;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const place = event.detail.target;
    if (!place || place.id !== "session") return;
    const fresh = place.querySelector("[data-token]");
    if (fresh && fresh.dataset.user && fresh.dataset.user !== document.body.dataset.user) {
      location.replace("/"); // somebody else signed in: this page is not hers
      return;
    }
    if (fresh) refresh(fresh.dataset.token);
    const dialog = place.querySelector("dialog");
    if (dialog && !dialog.matches(":modal")) {
      if (!before || !before.isConnected) before = document.activeElement;
      dialog.removeAttribute("open");
      dialog.showModal();
      const first = dialog.querySelector("[autofocus]");
      if (first) first.focus();
    }
    const was = place.querySelector("input[name=was]");
    if (was) was.value = document.body.dataset.user || "";
    if (place.querySelector("#sign-in-again")) { out = true; tell("signed-out"); }
    else if (fresh && out) { out = false; tell("signed-in"); }
    if (!dialog && before && before.isConnected) { before.focus(); before = null; }
  });
})();

/* A passkey that was not given (closed window, no key, no answer) is said on the page: allauth only tells the console. */
document.addEventListener("allauth.error", (event) => {
  const place = document.querySelector("[data-passkey-failed]");
  if (!place) return;
  event.preventDefault();
  place.className = "notice k-warning";
  place.textContent = place.dataset.passkeyFailed;
});
