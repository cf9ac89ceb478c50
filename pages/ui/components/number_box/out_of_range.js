export default function ({ parentElement }) {
  const look = () => parentElement.closest("[class*=st-key-good-numbers-]")  // none while the page is being left
    ?.toggleAttribute("data-bad", !!document.querySelector(".stNumberInput [aria-invalid=true]"))
  const observer = new MutationObserver(look)
  const what = { subtree: true, childList: true, attributes: true, attributeFilter: ["aria-invalid"] }
  observer.observe(document.body, what)
  look()
  return () => observer.disconnect()
}
