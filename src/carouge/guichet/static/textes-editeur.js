/* The editor of notices and models: a button puts a variable where one was writing.
 *
 * Without this script one types what stands beside the button.
 */

const form = document.querySelector("form:has([data-textes-variables])");
const fields = [...form.querySelectorAll("input[type=text], textarea")];
let last = fields.find((field) => field.tagName === "TEXTAREA") ?? fields[0];

for (const field of fields) {
  field.addEventListener("focus", () => {
    last = field;
  });
}

for (const button of form.querySelectorAll("[data-signe]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const { selectionStart, selectionEnd } = last;
    last.focus();
    last.setRangeText(button.dataset.signe, selectionStart, selectionEnd, "end");
  });
}
