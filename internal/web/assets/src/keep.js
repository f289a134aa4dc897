// Sends what stands in the page's form to the server, to be kept for whoever is logged in, and says whether it was taken.
export async function keep (address) {
  const form = document.querySelector('main form')
  if (!address || !form || new URL(address, window.location.href).origin !== window.location.origin) return false
  const typed = new URLSearchParams()
  for (const [name, value] of new FormData(form)) {
    if (typeof value === 'string') typed.append(name, value)
  }
  try {
    // keepalive: sent even though the page goes away.
    const answer = await fetch(address, { method: 'POST', body: typed, keepalive: true, credentials: 'same-origin' })
    return answer.ok
  } catch {
    return false
  }
}
