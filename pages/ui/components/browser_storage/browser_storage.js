const DAY = 86400000
const AGAIN = 3000, TIMES = 3  // milliseconds: on a busy server what a page says once may be lost
const places = () => { try { return [sessionStorage, localStorage] } catch { return [] } }
const asked = new WeakMap()

export default function ({ data, parentElement, setTriggerValue }) {
  const name = `how-neural-networks-learn.${data.name}`
  const [tab, browser] = places()
  if (!tab) return
  const fromTab = tab.getItem(name)
  if (data.isKnown) {
    const keep = (place) => {
      try {
        if (data.value === null) place.removeItem(name)
        else place.setItem(name, JSON.stringify({ at: Date.now(), value: data.value }))
      } catch { place.removeItem(name) }  // no room
    }
    keep(tab)
    if (data.days) keep(browser)
  } else if (!asked.has(parentElement)) {
    const found = fromTab ?? (data.days ? browser.getItem(name) : null)
    const tell = (times) => {
      try {
        const { at, value } = JSON.parse(found)
        if (!data.days || Date.now() - at < data.days * DAY) setTriggerValue("restored", JSON.stringify(value))
        else browser.removeItem(name)
      } catch { return }  // nothing is kept, or nothing that can be read
      if (times > 1) asked.set(parentElement, setTimeout(() => tell(times - 1), AGAIN))
    }
    asked.set(parentElement, 0)
    tell(TIMES)
  }
  if (data.isKnown) clearTimeout(asked.get(parentElement))
  return () => clearTimeout(asked.get(parentElement))
}
