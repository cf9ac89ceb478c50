// Copies the address that the browser is at, and shows its QR code, which the server makes. See __init__.py.

const copied = async (field) => {
  try {
    await navigator.clipboard.writeText(field.value)  // there is none on a page that came by plain http
    return true
  } catch {
    field.focus()
    field.select()
    return document.execCommand("copy")
  }
}

export default function ({ data, parentElement, setStateValue }) {
  const find = (selector) => parentElement.querySelector(selector)
  const [open, dialog, field, says, code] = [".open", "dialog", ".row input", ".says", ".code"].map(find)
  const own = find("[name=own]")
  const here = () => new URL(window.location.href)

  const write = () => {
    const url = here()
    url.hash = ""
    for (const [name, value] of Object.entries(data.add)) url.searchParams.set(name, value)
    if (own.checked && !own.parentElement.hidden) url.searchParams.set("seed", "own")
    field.value = url.href
    says.textContent = ""
    if (code.dataset.of !== field.value) {
      code.replaceChildren()
      setStateValue("asked", field.value)
    }
  }
  const copy = async () => {
    const done = await copied(field).catch(() => false)
    says.textContent = done ? "Copied" : "Your browser does not let the page copy it. It is selected: copy it by hand."
    if (!done) field.select()
  }

  find(".open span").textContent = data.label
  open.classList.toggle("short", Object.keys(data.add).length === 0)
  open.title = data.label
  open.onclick = () => {
    own.parentElement.hidden = !data.seeds || here().searchParams.has("run")
    dialog.showModal()
    write()
    copy()
  }
  own.onchange = () => { write(); copy() }
  find("[name=copy]").onclick = copy
  find("[name=close]").onclick = () => dialog.close()
  dialog.onclick = (event) => { if (event.target === dialog) dialog.close() }  // beside it

  if (data.of && data.of === field.value) {
    code.dataset.of = data.of
    code.innerHTML = data.code ?? ""  // made by the server, of squares alone
    const picture = code.querySelector("svg")
    picture?.setAttribute("role", "img")
    picture?.setAttribute("aria-label", `QR code of the address ${data.of}`)
    if (data.problem) code.textContent = data.problem
  }
}
