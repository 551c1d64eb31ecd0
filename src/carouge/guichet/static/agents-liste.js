/* The lists of the desk by keyboard, and the choice of many demandes.
   Without this script links and boxes do the same with the Tab key. */
(() => {
  "use strict";

  const OFF = "guichet-agents-touches";
  const table = document.querySelector(".guichet-agents-list");
  const form = document.getElementById("agents-lot");
  const search = document.getElementById("agents-q");
  const help = document.getElementById("agents-clavier");
  const single = document.getElementById("agents-touches");

  function stored() {
    try {
      return window.localStorage.getItem(OFF) !== "non";
    } catch {
      return true;
    }
  }

  function store(on) {
    try {
      window.localStorage.setItem(OFF, on ? "oui" : "non");
    } catch {
      // A browser that keeps nothing asks again next time.
    }
  }

  // On a narrow screen the rows are cards: some readers forget that it is a table. It
  // is said here because each attribute of the page's table costs the server time.
  const ROLES = {
    table: "table",
    thead: "rowgroup",
    tbody: "rowgroup",
    tr: "row",
    td: "cell",
    "thead th": "columnheader",
    "tbody th": "rowheader",
  };
  if (table) {
    for (const [selector, role] of Object.entries(ROLES)) {
      for (const element of form.querySelectorAll(selector)) {
        element.setAttribute("role", role);
      }
    }
  }

  // Older browsers cannot be told by the style sheet to open what is folded.
  if (!CSS.supports("selector(::details-content)")) {
    const wide = window.matchMedia("(min-width: 48rem)").matches;
    for (const fold of document.querySelectorAll(".guichet-agents-pli")) {
      fold.open = wide;
    }
  }

  // The choice

  const boxes = form ? [...form.querySelectorAll("input[name=numeros]")] : [];
  const page = document.getElementById("agents-page");
  const status = document.getElementById("agents-choisies");

  function tell() {
    const count = boxes.filter((box) => box.checked).length;
    page.checked = count > 0 && count === boxes.length;
    page.indeterminate = count > 0 && count < boxes.length;
    const words = count === 1 ? status.dataset.one : status.dataset.many;
    status.textContent = count ? `${count} ${words}` : "";
  }

  if (form) {
    page.closest("[data-guichet-all]").hidden = false;
    page.addEventListener("change", () => {
      for (const box of boxes) {
        box.checked = page.checked;
      }
      tell();
    });
    form.addEventListener("change", (event) => {
      if (event.target.name === "numeros") {
        tell();
      }
    });
    // What was chosen before somebody came back with the browser's button.
    window.addEventListener("pageshow", tell);
  }

  // The keyboard

  const links = table ? [...table.querySelectorAll(".guichet-agents-open")] : [];

  function current() {
    const row = document.activeElement.closest(".guichet-agents-list tbody tr");
    return row ? links.findIndex((link) => row.contains(link)) : -1;
  }

  function go(step) {
    if (!links.length) {
      return;
    }
    const at = current();
    const next = at < 0 ? (step > 0 ? 0 : links.length - 1) : at + step;
    const link = links[Math.min(Math.max(next, 0), links.length - 1)];
    link.focus();
    link.scrollIntoView({ block: "nearest" });
  }

  function choose() {
    const at = current();
    if (at < 0) {
      return false;
    }
    boxes[at].click();
    return true;
  }

  function typing(target) {
    return (
      target.isContentEditable ||
      (target.matches("input, textarea, select") &&
        !target.matches("input[type=checkbox], input[type=radio]"))
    );
  }

  const letters = {
    j: () => go(1),
    k: () => go(-1),
    x: choose,
    "/": () => search.focus(),
    "?": () => {
      help.open = true;
      help.querySelector("summary").focus();
    },
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) {
      return;
    }
    if (typing(event.target)) {
      return;
    }
    const inside = current() >= 0;
    if (inside && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      go(event.key === "ArrowDown" ? 1 : -1);
    } else if (single.checked && Object.hasOwn(letters, event.key)) {
      if (letters[event.key]() === false) {
        return;
      }
    } else {
      return;
    }
    event.preventDefault();
  });

  help.hidden = false;
  single.checked = stored();
  single.addEventListener("change", () => store(single.checked));
})();
