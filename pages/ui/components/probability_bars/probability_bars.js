const element = (kind, parent) => {
  const made = document.createElement("div")
  made.className = kind
  parent.append(made)
  return made
}
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".bars")
  root.role = "img"  // not before it has its name
  root.setAttribute("aria-label", data.words)
  if (root.dataset.titles !== String(data.titles)) {
    root.dataset.titles = String(data.titles)
    root.replaceChildren()
    if (data.titles.length > 1) {
      const key = element("key", root)
      data.titles.forEach((title, of) => {
        const name = document.createElement("span")
        name.className = `of-${of}`
        name.textContent = title
        key.append(name)
      })
    }
    for (let digit = 0; digit < 10; digit++) {
      const row = element("row", root)
      element("digit", row).textContent = digit
      const pair = element("pair", row)
      data.titles.forEach((_, of) => {
        const line = element("line", pair)
        element(`bar of-${of}`, line).style.width = "0"
        element("percent", line)
      })
    }
    root.getBoundingClientRect()  // so that the first bars grow, too
  }
  root.querySelectorAll(".row").forEach((row, digit) => {
    row.querySelectorAll(".line").forEach((line, of) => {
      const share = data.probabilities[of][digit]
      line.querySelector(".bar").style.width = `calc(${share} * (100% - 72px))`  // room for words
      line.querySelector(".percent").textContent = data.texts[of][digit]
    })
  })
}
