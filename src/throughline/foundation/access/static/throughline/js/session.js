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
  document.addEventListener("htmx:afterSwap", (event) => {
    const place = event.detail.target;
    if (!place || place.id !== "session") return;
    const fresh = place.querySelector("[data-token]");
    if (fresh) refresh(fresh.dataset.token);
    const dialog = place.querySelector("dialog");
    if (dialog && !dialog.matches(":modal")) {
      dialog.removeAttribute("open");
      dialog.showModal();
    }
  });
})();
