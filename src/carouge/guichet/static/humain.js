/* The proof of being human: the browser looks for a number (ALTCHA, PBKDF2/SHA-256).
   Without this script the page works as well; it only asks for some patience. */
(() => {
  "use strict";

  const box = document.getElementById("epreuve");
  if (!box || !window.crypto || !window.crypto.subtle) {
    return;
  }
  const form = box.closest("form");
  const field = box.querySelector("input[name='epreuve']");
  const status = box.querySelector("[role='status']");
  const patience = box.querySelector("[data-attente]");
  const BATCH = 8;
  // Pressed before this script was loaded: the answer asks to send by itself.
  let submitter = box.dataset.renvoi
    ? form.querySelector("button[value='envoyer']")
    : null;
  let running = true;

  const bytes = (hex) =>
    Uint8Array.from(hex.match(/../g) || [], (pair) => parseInt(pair, 16));
  const hex = (buffer) =>
    Array.from(new Uint8Array(buffer), (byte) =>
      byte.toString(16).padStart(2, "0"),
    ).join("");

  async function derive(parameters, counter) {
    const nonce = bytes(parameters.nonce);
    const password = new Uint8Array(nonce.length + 4);
    password.set(nonce);
    new DataView(password.buffer).setUint32(nonce.length, counter);
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, [
      "deriveBits",
    ]);
    const derived = await crypto.subtle.deriveBits(
      {
        name: "PBKDF2",
        hash: "SHA-256",
        salt: bytes(parameters.salt),
        iterations: parameters.cost,
      },
      key,
      parameters.keyLength * 8,
    );
    return hex(derived);
  }

  async function solve(parameters) {
    for (let start = 0; ; start += BATCH) {
      const counters = Array.from({ length: BATCH }, (_, index) => start + index);
      const keys = await Promise.all(
        counters.map((counter) => derive(parameters, counter)),
      );
      const found = keys.findIndex((key) => key.startsWith(parameters.keyPrefix));
      if (found >= 0) {
        return { counter: counters[found], derivedKey: keys[found] };
      }
    }
  }

  function end() {
    running = false;
    if (submitter) {
      form.requestSubmit(submitter);
    }
  }

  // Whoever is faster than the check is not asked to press twice.
  form.addEventListener("submit", (event) => {
    if (running && event.submitter && event.submitter.value === "envoyer") {
      event.preventDefault();
      submitter = event.submitter;
      status.textContent = box.dataset.envoi;
    }
  });

  patience.hidden = true;
  status.textContent = submitter ? box.dataset.envoi : box.dataset.travail;
  const challenge = JSON.parse(box.dataset.epreuve);
  solve(challenge.parameters)
    .then((solution) => {
      field.value = btoa(JSON.stringify({ challenge, solution }));
      status.textContent = box.dataset.fait;
      end();
    })
    .catch(() => {
      // The way without script is still open.
      status.textContent = "";
      patience.hidden = false;
      end();
    });
})();
