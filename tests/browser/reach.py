"""What of a page the keyboard reaches, and whether any of it is wider than the screen."""

from playwright.sync_api import Page

from tests.browser.app import settled

# What is wider than the screen: the document, and what Streamlit scrolls in its place.
WIDER = """() => [document.documentElement, document.querySelector(".stMain")]
  .map((one) => one.scrollWidth - one.clientWidth)"""
# What can be operated on a page and is seen, in components, too. `deep` is the element that has the focus.
CONTROLS = """() => {
  const within = (root) => [...root.querySelectorAll("*")].flatMap((one) => one.shadowRoot
    ? [one, ...within(one.shadowRoot)] : [one])
  const named = "a[href], button, input, textarea, select, summary, [tabindex]"
  window.deep = () => {
    let found = document.activeElement
    while (found?.shadowRoot?.activeElement) found = found.shadowRoot.activeElement
    return found
  }
  window.reached = new Set()
  window.controls = within(document.body).filter((one) => one.matches(named) && !one.disabled && one.tabIndex >= 0
    && one.type !== "file" && one.checkVisibility({ visibilityProperty: true }))
}"""

# Go on by one; whether one has come round.
NEXT = """() => {
  const here = window.deep()
  if (window.reached.has(here)) return true
  window.reached.add(here)
  return false
}"""

# Of the buttons of a group one is reached, and the arrows lead to the others.
MISSED = """() => {
  const group = (one) => one.closest("[data-testid=stButtonGroup]") ?? one
  const groups = new Set([...window.reached].map(group))
  return window.controls.filter((one) => one.isConnected && !groups.has(group(one))).map((one) => one.outerHTML)
}"""


def walk(page: Page) -> list[str]:
    """Press Tab until one has come round; what was not reached on the way."""
    settled(page)
    page.evaluate("() => document.activeElement?.blur()")
    page.evaluate(CONTROLS)
    assert page.evaluate("() => window.controls.length") > 7  # the chapters, at least
    for _ in range(300):
        page.keyboard.press("Tab")
        if page.evaluate(NEXT):
            return page.evaluate(MISSED)
    raise AssertionError("The focus never came round.")
