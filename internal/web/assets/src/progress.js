// Shows how far a long task is, as the server tells it. Without this the page fetches itself again every few seconds.

export function start (elements) {
  for (const element of elements) {
    follow(element)
  }
}

function follow (element) {
  const address = new URL(element.dataset.events, window.location.href)
  if (address.origin !== window.location.origin) return
  const bar = element.querySelector('progress')
  const words = element.querySelector('[data-words]')
  const source = new EventSource(address)
  source.addEventListener('progress', ({ data }) => {
    const { done, total, words: said } = JSON.parse(data)
    if (total > 0) {
      bar.max = total
      bar.value = done
    }
    words.textContent = said
  })
  source.addEventListener('done', ({ data }) => {
    source.close()
    const next = new URL(JSON.parse(data).href, window.location.href)
    if (next.origin === window.location.origin) window.location.replace(next)
  })
  // EventSource connects again by itself after a break; the link "Check again" works all the time.
}
