/* The condition builder of editors: completes a line at once when its question changes.
 *
 * Without this script the same page goes to the server for it. What the lines look like
 * is decided by the template; here they are only filled.
 */

const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
};

const options = (choices, empty) => [
  element("option", { value: "" }, empty),
  ...choices.map(([value, title]) => element("option", { value }, title)),
];

class Constructeur {
  constructor(root) {
    this.root = root;
    this.prefix = root.dataset.prefixe;
    Object.assign(this, JSON.parse(root.dataset.repertoire));
    this.lines = root.querySelector("[data-lignes]");
    this.add = root.querySelector("[data-ajouter]");
    this.model = this.lines.querySelector("[data-ligne]").cloneNode(true);
    root.querySelectorAll("[data-sans-script]").forEach((node) => node.remove());
    this.model.querySelectorAll("[data-sans-script]").forEach((node) => node.remove());
    root.addEventListener("change", (event) => this.changed(event));
    root.addEventListener("click", (event) => this.clicked(event));
    this.show();
  }

  id(...parts) {
    return [this.prefix.replaceAll(".", "-"), ...parts].join("-");
  }

  show() {
    const mode = this.root.querySelector(`[name="${this.prefix}.mode"]:checked`);
    this.lines.hidden = !mode || !mode.value;
    this.add.hidden = this.lines.querySelectorAll("[data-ligne]").length >= this.max;
  }

  number(line) {
    const select = line.querySelector("select");
    return select.name.slice(this.prefix.length + 1).split(".")[0];
  }

  changed(event) {
    const { target } = event;
    if (target.name === `${this.prefix}.mode`) {
      this.show();
      return;
    }
    const line = target.closest("[data-ligne]");
    if (!line || !target.matches("select")) {
      return;
    }
    if (target.name.endsWith(".champ")) {
      this.operators(line, target.value);
    } else if (target.name.endsWith(".op")) {
      this.value(line, this.question(line), target.value);
    }
    this.clean(target);
  }

  clicked(event) {
    const button = event.target.closest("button");
    if (!button) {
      return;
    }
    if (button.matches("[data-ajouter]")) {
      event.preventDefault();
      this.addLine();
    } else if (button.matches("[data-retirer]")) {
      event.preventDefault();
      this.remove(button.closest("[data-ligne]"));
    }
  }

  question(line) {
    return this.questions[line.querySelector('select[name$=".champ"]').value];
  }

  clean(control) {
    control.classList.remove("is-invalid");
    control.removeAttribute("aria-invalid");
    const problem = document.getElementById(control.getAttribute("aria-describedby"));
    if (problem) {
      problem.remove();
    }
    control.removeAttribute("aria-describedby");
  }

  operators(line, name) {
    const box = line.querySelector("[data-operateur]");
    const before = box.querySelector("select")?.value ?? "";
    const question = this.questions[name];
    box.replaceChildren();
    line.querySelector("[data-valeur]").replaceChildren();
    if (!question) {
      return;
    }
    const number = this.number(line);
    const known = this.familles[question.famille];
    const select = element(
      "select",
      {
        class: "form-select",
        id: this.id(number, "op"),
        name: `${this.prefix}.${number}.op`,
      },
      ...options(known, this.textes.choisir),
    );
    select.value = known.some(([op]) => op === before) ? before : known[0][0];
    box.append(
      element(
        "label",
        { class: "form-label", for: select.id },
        this.textes.comparaison,
      ),
      select,
    );
    this.value(line, question, select.value);
    if (!line.querySelector("[data-retirer]")) {
      line.append(this.removeButton(number));
    }
  }

  removeButton(number) {
    return element(
      "button",
      {
        class: "btn btn-sm btn-outline-secondary mt-2",
        type: "submit",
        name: `${this.prefix}.retirer`,
        value: number,
        "data-retirer": "data-retirer",
      },
      this.textes.retirer,
    );
  }

  kind(question, op) {
    const found = this.familles[question.famille].find(([name]) => name === op);
    const kind = found ? found[2] : "rien";
    return question.choix.length && kind === "texte" ? "liste" : kind;
  }

  value(line, question, op) {
    const box = line.querySelector("[data-valeur]");
    const before = [...box.querySelectorAll("input, select")]
      .filter((control) => control.type !== "checkbox" || control.checked)
      .map((control) => control.value);
    box.replaceChildren();
    const kind = this.kind(question, op);
    if (kind === "rien") {
      return;
    }
    const number = this.number(line);
    const name = `${this.prefix}.${number}.valeur`;
    const id = this.id(number, "valeur");
    const text = kind === "age" ? this.textes.age : this.textes.reponse;
    if (kind === "cases") {
      box.append(this.boxes(question, name, id, text, before));
      return;
    }
    const control =
      kind === "liste"
        ? element(
            "select",
            { class: "form-select" },
            ...options(question.choix, this.textes.choisir),
          )
        : element("input", {
            class: "form-control",
            type: kind === "jour" ? "date" : "text",
            autocomplete: "off",
            maxlength: "500",
          });
    control.id = id;
    control.name = name;
    if (kind === "nombre" || kind === "age") {
      control.inputMode = kind === "age" ? "numeric" : "decimal";
    }
    if (kind !== "liste" || question.choix.some(([value]) => value === before[0])) {
      control.value = before[0] ?? "";
    }
    box.append(element("label", { class: "form-label", for: id }, text), control);
  }

  boxes(question, name, id, text, before) {
    const lines = question.choix.map(([value, title], index) => {
      const box = element("input", {
        class: "form-check-input",
        type: "checkbox",
        id: `${id}-${index}`,
        name,
        value,
      });
      box.checked = before.includes(value);
      const label = element(
        "label",
        { class: "form-check-label", for: box.id },
        title,
      );
      return element("div", { class: "form-check" }, box, label);
    });
    const legend = element("legend", { class: "form-label fs-6" }, text);
    return element("fieldset", {}, legend, ...lines);
  }

  /* A number no line has, after the others if possible: lines stay in their order. */
  free() {
    const used = [...this.lines.querySelectorAll("[data-ligne]")].map((line) =>
      Number(this.number(line)),
    );
    const all = [...Array(this.max).keys()].filter((number) => !used.includes(number));
    return all.find((number) => number > Math.max(-1, ...used)) ?? all[0];
  }

  addLine() {
    const number = this.free();
    if (number === undefined) {
      return;
    }
    const line = this.model.cloneNode(true);
    line.querySelector("[data-operateur]").replaceChildren();
    line.querySelector("[data-valeur]").replaceChildren();
    line.querySelectorAll("[data-retirer], .invalid-feedback").forEach((node) => {
      node.remove();
    });
    const select = line.querySelector("select");
    this.clean(select);
    select.id = this.id(number, "champ");
    select.name = `${this.prefix}.${number}.champ`;
    select.value = "";
    line.querySelector("label").htmlFor = select.id;
    this.add.before(line);
    this.show();
    select.focus();
  }

  remove(line) {
    const next = line.nextElementSibling;
    line.remove();
    if (!this.lines.querySelector("[data-ligne]")) {
      this.addLine();
      return;
    }
    this.show();
    const focus = next?.matches("[data-ligne]") ? next : this.add;
    (focus.querySelector("select") ?? focus).focus();
  }
}

document.querySelectorAll("[data-repertoire]").forEach((root) => {
  if (!root.dataset.pret) {
    root.dataset.pret = "oui";
    new Constructeur(root);
  }
});
