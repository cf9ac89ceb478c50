export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".digits")
  root.role = "img"  // not before it has its name
  root.setAttribute("aria-label", data.words)
  if (root.dataset.sheet !== data.sheet) {
    root.dataset.sheet = data.sheet
    root.replaceChildren()
    for (let n = 0; n < data.answers.length; n++) {
      const cell = document.createElement("div"), seen = document.createElement("i"), said = document.createElement("b")
      const scale = 32 / 28
      seen.style.backgroundImage = `url(${data.sheet})`
      seen.style.backgroundSize = `auto ${data.cell * scale}px`
      seen.style.backgroundPosition = `-${n * data.cell * scale}px 0`
      cell.append(seen, said)
      root.append(cell)
    }
  }
  root.querySelectorAll("b").forEach((said, n) => {
    said.textContent = data.answers[n]
    said.className = data.answers[n] === data.labels[n] ? "right" : "wrong"
  })
}
