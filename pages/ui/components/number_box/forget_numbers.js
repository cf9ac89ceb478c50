// What was typed out of range is in the browser alone: no choice of all settings at once would change it.
const forget = ({ target }) => {
  if (!target.closest?.(".st-key-preset button[aria-checked=false]")) return
  for (const box of document.querySelectorAll(".stNumberInput [aria-invalid=true]")) {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(box, "")
    box.dispatchEvent(new Event("input", { bubbles: true }))
    box.dispatchEvent(new FocusEvent("focusout", { bubbles: true }))
  }
}

export default function () {
  document.addEventListener("click", forget, true)
  return () => document.removeEventListener("click", forget, true)
}
