export default function ({ data }) {
  const keep = (name, value, seconds, more = "") => {
    document.cookie = `${name}=${value}; max-age=${seconds}; path=/; SameSite=Strict${more}`
  }
  const seconds = data.days * 86400
  if (window.location.protocol === "https:") {
    keep(data.safe_name, data.value, seconds, "; Secure")
    keep(data.name, "", 0)  // what an earlier version kept
  } else {
    keep(data.name, data.value, seconds)
  }
}
