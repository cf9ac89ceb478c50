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
  if (window.history.keepsParts) return
  window.history.keepsParts = true
  const push = window.history.pushState.bind(window.history)
  const replace = window.history.replaceState.bind(window.history)
  let chosen = false  // whether what happens follows from a hand on the page, and not from Back or Forward
  for (const hand of ["pointerdown", "keydown"]) window.addEventListener(hand, () => { chosen = true }, true)
  window.addEventListener("popstate", () => { chosen = false }, true)

  const to = (address) => new URL(address ?? "", window.location.href)
  const stays = (url) => KNOWN.has(url.pathname) && url.pathname === window.location.pathname
  const same = (url) => partOf(url) === partOf(new URL(window.location.href))

  window.history.replaceState = (state, unused, address) => {
    const url = to(address)
    return (chosen && stays(url) && !same(url) ? push : replace)(state, unused, address)
  }
  window.history.pushState = (state, unused, address) => {
    const url = to(address)
    if (!stays(url)) return push(state, unused, address)
    if (same(url)) return replace(state, unused, address)
    // An address without any setting comes when a chapter is left: the entry that stays behind keeps its part.
    if (url.search) return push(state, unused, address)
  }
}

export default function ({ data }) {
  KNOWN.set(window.location.pathname, data)
  keepParts()
}
