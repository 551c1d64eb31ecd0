/* A payment that is under way: looks every few seconds whether its state has changed.
   It asks this site only, never the bank. Without this script there is a link. */
(() => {
  "use strict";

  const PERIOD = 5000;
  const TIMES = 60;
  const zone = document.getElementById("paiement");
  let left = TIMES;

  async function look() {
    left -= 1;
    if (document.visibilityState === "visible") {
      try {
        const answer = await fetch(zone.dataset.url);
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const now = page.getElementById("paiement")?.dataset.etat;
        if (answer.ok && now && now !== zone.dataset.etat) {
          window.location.assign(zone.dataset.url);
          return;
        }
      } catch {
        // The network is away: the next look tries again.
      }
    }
    if (left > 0) {
      setTimeout(look, PERIOD);
    }
  }

  if (zone) {
    setTimeout(look, PERIOD);
  }
})();
