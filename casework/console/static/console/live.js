// Live parts are polled; an answer with the ETag already shown is not swapped in, so focus and selection stay.
"use strict";
document.addEventListener("htmx:beforeSwap", (event) => {
  const place = event.target.closest("[data-live]");
  if (!place) return;
  const tag = event.detail.xhr.getResponseHeader("ETag");
  const busy = place.contains(document.activeElement);
  if (event.detail.xhr.status !== 200 || (tag && tag === place.dataset.tag) || busy) {
    event.detail.shouldSwap = false;
    return;
  }
  if (tag) place.dataset.tag = tag;
});
document.addEventListener("htmx:configRequest", (event) => {
  if (document.visibilityState === "hidden") event.preventDefault();
});
