/* The progress of a background job: asked for every two seconds until it is over.
   Without scripts the page has a link that does the same once. */
(function () {
  "use strict";
  var state = document.getElementById("travail-etat");
  var bar = document.getElementById("travail-progres");
  if (!state || !bar || state.dataset.fini) {
    return;
  }
  var pause = 2000;

  function show(progress) {
    bar.value = progress.pourcent;
    ["fait", "total"].forEach(function (name) {
      var place = state.querySelector("[data-travail=" + name + "]");
      if (place && place.textContent !== String(progress[name])) {
        place.textContent = progress[name];
      }
    });
  }

  function look() {
    fetch(state.dataset.progres, { credentials: "same-origin" })
      .then(function (response) {
        if (!response.ok) {
          throw new Error(response.status);
        }
        return response.json();
      })
      .then(function (progress) {
        show(progress);
        if (progress.fini) {
          window.location.reload();
          return;
        }
        window.setTimeout(look, pause);
      })
      .catch(function () {
        // The network is away, or the session has ended: more and more seldom.
        pause = Math.min(pause * 2, 60000);
        window.setTimeout(look, pause);
      });
  }

  window.setTimeout(look, pause);
})();
