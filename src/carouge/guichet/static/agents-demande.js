/* One demande at the desk: tells once a minute that it is open, shows who else has it
   open and whether it has changed. Without this script the page says so when it is
   loaded, and an order that comes too late is refused all the same. */
(() => {
  "use strict";

  const PERIOD = 60000;

  function watch(zone) {
    const others = zone.querySelector("[data-autres]");
    const names = zone.querySelector("[data-noms]");
    const change = zone.querySelector("[data-change]");
    let timer = 0;

    function words(leaving) {
      const data = new FormData();
      data.append("_authenticator", zone.dataset.jeton);
      data.append("version", zone.dataset.empreinte);
      if (leaving) {
        data.append("depart", "1");
      }
      return data;
    }

    async function beat() {
      clearTimeout(timer);
      if (document.visibilityState !== "visible") {
        return;
      }
      timer = setTimeout(beat, PERIOD);
      try {
        const answer = await fetch(zone.dataset.url, {
          method: "POST",
          body: words(false),
        });
        if (!answer.ok) {
          return;
        }
        const found = await answer.json();
        const text = found.autres.join(", ");
        if (names.textContent !== text) {
          names.textContent = text;
        }
        others.hidden = !text;
        change.hidden = !found.change;
        if (!found.change) {
          // The messages have been seen.
          document.getElementById("agents-lus")?.remove();
        }
      } catch (error) {
        // The network is away: the next beat tries again.
      }
    }

    function leave() {
      navigator.sendBeacon(zone.dataset.url, words(true));
    }

    document.addEventListener("visibilitychange", beat);
    window.addEventListener("pagehide", leave);
    window.addEventListener("pageshow", beat);
    if (document.readyState === "complete") {
      beat();
    }
  }

  const zone = document.getElementById("agents-presence");
  if (zone) {
    watch(zone);
  }
})();
