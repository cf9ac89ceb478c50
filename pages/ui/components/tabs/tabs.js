// The browser's Back leads from one part of a chapter to the one before. See parts.py.

const KNOWN = (window.chapterParts ??= new Map())  // by a chapter's path: the name of its part in the address, and all parts

const partOf = (url) => {
  const known = KNOWN.get(url.pathname)
  const said = url.searchParams.get(known?.name)
  return known?.parts.includes(said) ? said : known?.parts[0]
}

// Streamlit makes an entry where it takes settings out of the address that are no longer shown, and none where a part is
// chosen. Here it is the other way round: a part has an entry of its own, and what is set in it changes that entry.
const keepParts = () => {
  const push = window.history.pushState.bind(window.history)
  const replace = window.history.replaceState.bind(window.history)
  // A part that was chosen, and one that Back or Forward came to, until the server shows it.
  const kept = (window.history.parts = { awaited: null, returned: null })
  let byHand = false  // whether what happens follows from a hand on the page, and not from Back or Forward
  const here = () => new URL(window.location.href)
  const hands = () => { byHand = true; kept.returned = null }
  for (const hand of ["pointerdown", "keydown"]) window.addEventListener(hand, hands, true)
  window.addEventListener("popstate", () => {
    byHand = false
    Object.assign(kept, { awaited: null, returned: partOf(here()) })
  }, true)

  const to = (address) => new URL(address ?? "", window.location.href)
  const stays = (url) => KNOWN.has(url.pathname) && url.pathname === window.location.pathname
  const comesTooLate = (url) => kept.returned && stays(url) && partOf(url) !== kept.returned

  // What is set on the page comes here; after Back and Forward, what the server says, too.
  window.history.replaceState = (state, unused, address) => {
    const url = to(address)
    if (comesTooLate(url)) return
    if (!byHand || !stays(url) || partOf(url) === partOf(here())) return replace(state, unused, address)
    kept.awaited = partOf(url)
    push(state, unused, address)
  }

  // What the server says comes here.
  window.history.pushState = (state, unused, address) => {
    const url = to(address)
    if (!stays(url)) return push(state, unused, address)
    if (comesTooLate(url)) return
    if (partOf(url) === partOf(here())) return replace(state, unused, address)
    // An address without any setting comes when a chapter is left: the entry that stays behind keeps its part.
    if (!url.search) return
    if (!kept.awaited) return push(state, unused, address)
    // It speaks of a part that was left meanwhile, as when two are pressed in haste.
    url.searchParams.set(KNOWN.get(url.pathname).name, kept.awaited)
    replace(state, unused, `${url.pathname}${url.search}`)
  }
}

export default function ({ data }) {
  KNOWN.set(window.location.pathname, data)
  if (!window.history.parts) keepParts()
  for (const one of ["awaited", "returned"]) {
    if (window.history.parts[one] === data.shown) window.history.parts[one] = null
  }
}
