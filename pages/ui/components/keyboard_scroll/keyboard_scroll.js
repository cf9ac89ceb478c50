export default function ({ data }) {
  const name = () => {
    for (const table of document.querySelectorAll(data.tables)) {
      const region = table.parentElement
      if (region.tabIndex === 0) continue
      Object.assign(region, { tabIndex: 0, role: "region", ariaLabel: data.name })
    }
  }
  name()
  const observer = new MutationObserver(name)  // another table may be drawn after this has run, in another container
  observer.observe(document.body, { childList: true, subtree: true })
  return () => observer.disconnect()
}
