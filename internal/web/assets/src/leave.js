// Leave this page: by its link or by pressing Shift three times. What was typed goes to the
// server as a draft first. The page is blanked at once, because leaving may take a moment.
// After the pattern of GOV.UK "Exit this page".

const presses = 3
const within = 5000 // milliseconds for all three

export function start (links) {
  const link = links[0]
  const status = document.createElement('span')
  status.className = 'nhsuk-u-visually-hidden'
  status.setAttribute('role', 'status')
  link.after(status)

  for (const l of links) {
    l.addEventListener('click', (event) => {
      event.preventDefault()
      leave(l, status)
    })
  }
  onShift(status, link, () => leave(link, status))

  // A browser may show the page as it was when somebody goes back: show it again, not the blank.
  window.addEventListener('pageshow', () => document.body.classList.remove('heed-left'))
}

function onShift (status, link, act) {
  let times = []
  let alone = false // Shift alone counts; Shift held for a capital letter does not
  document.addEventListener('keydown', (event) => {
    alone = event.key === 'Shift' && !event.repeat
  })
  document.addEventListener('keyup', (event) => {
    if (event.key !== 'Shift' || !alone) {
      if (event.key !== 'Shift') times = []
      return
    }
    const now = Date.now()
    times = [...times.filter((t) => now - t < within), now]
    const left = presses - times.length
    if (left <= 0) {
      times = []
      act()
      return
    }
    status.textContent = left === 1 ? link.dataset.pressOnce : link.dataset.pressTwice
  })
}

function leave (link, status) {
  document.body.classList.add('heed-left')
  document.title = link.dataset.leaving
  status.textContent = link.dataset.leaving
  keepDraft(link.dataset.draft)
  // replace: this page is not one step back from the next one. It stays in the history all the same.
  window.location.replace(link.href)
}

function keepDraft (address) {
  const form = document.querySelector('main form')
  if (!address || !form || new URL(address, window.location.href).origin !== window.location.origin) return
  const typed = new URLSearchParams()
  for (const [name, value] of new FormData(form)) {
    if (typeof value === 'string') typed.append(name, value)
  }
  // keepalive: sent even though the page goes away.
  fetch(address, { method: 'POST', body: typed, keepalive: true, credentials: 'same-origin' }).catch(() => {})
}
