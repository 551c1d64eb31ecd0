/* Results as you type: the ARIA 1.2 combobox with a listbox.
   Without this script the field is an ordinary search form. */
(() => {
  "use strict";

  const DELAY = 200;
  const SHORTEST = 2;

  function enhance(input) {
    const form = input.form;
    const list = document.createElement("ul");
    const status = document.createElement("p");
    let options = [];
    let active = -1;
    let timer = 0;
    let request = null;

    list.id = `${input.id}-suggestions`;
    list.className = "guichet-suggestions";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", input.dataset.guichetLabel);
    status.className = "visually-hidden";
    status.setAttribute("role", "status");
    form.append(list, status);

    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", list.id);
    input.setAttribute("aria-expanded", "false");

    function close() {
      clearTimeout(timer);
      if (request) {
        request.abort();
        request = null;
      }
      list.hidden = true;
      input.setAttribute("aria-expanded", "false");
      activate(-1);
    }

    function open() {
      list.hidden = options.length === 0;
      input.setAttribute("aria-expanded", String(!list.hidden));
    }

    function activate(index) {
      if (options[active]) {
        options[active].setAttribute("aria-selected", "false");
      }
      active = index;
      if (options[active]) {
        options[active].setAttribute("aria-selected", "true");
        options[active].scrollIntoView({ block: "nearest" });
        input.setAttribute("aria-activedescendant", options[active].id);
      } else {
        input.removeAttribute("aria-activedescendant");
      }
    }

    function optionFor(item, index) {
      const option = document.createElement("li");
      const place = document.createElement("small");
      option.id = `${list.id}-${index}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.url = item["@id"];
      option.textContent = item.title;
      place.textContent = item.categorie;
      option.append(place);
      return option;
    }

    function show(answer) {
      activate(-1);
      options = answer.items.map(optionFor);
      list.replaceChildren(...options);
      open();
      status.textContent = answer.annonce;
    }

    async function ask() {
      const query = input.value.trim();
      if (request) {
        request.abort();
      }
      if (query.length < SHORTEST) {
        options = [];
        status.textContent = "";
        close();
        return;
      }
      const mine = new AbortController();
      request = mine;
      try {
        const url = new URL(input.dataset.guichetSuggestions, document.baseURI);
        url.searchParams.set("q", query);
        const response = await fetch(url, {
          signal: mine.signal,
          headers: { Accept: "application/json" },
        });
        if (response.ok) {
          const answer = await response.json();
          if (request === mine) {
            show(answer);
          }
        }
      } catch (error) {
        // No network, or a newer question: the form still works by itself.
        if (error.name !== "AbortError") {
          close();
        }
      } finally {
        if (request === mine) {
          request = null;
        }
      }
    }

    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(ask, DELAY);
    });

    input.addEventListener("keydown", (event) => {
      if (event.isComposing) {
        return;
      }
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        if (!options.length) {
          return;
        }
        event.preventDefault();
        open();
        const step = event.key === "ArrowDown" ? 1 : -1;
        const places = options.length + 1;
        // The field itself is a place between the last option and the first.
        activate(((active + 1 + step + places) % places) - 1);
      } else if (event.key === "Enter" && !list.hidden && options[active]) {
        event.preventDefault();
        window.location.assign(options[active].dataset.url);
      } else if (event.key === "Escape" && !list.hidden) {
        event.preventDefault();
        close();
      }
    });

    // The field keeps the focus, so that a click is not preceded by a blur.
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const option = event.target.closest('[role="option"]');
      if (option) {
        window.location.assign(option.dataset.url);
      }
    });
    input.addEventListener("blur", close);
    form.addEventListener("submit", close);
  }

  function start() {
    document.querySelectorAll("[data-guichet-suggestions]").forEach(enhance);
  }

  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", start);
  } else {
    start();
  }
})();
