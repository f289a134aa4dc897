// Leave this page: by its button or by pressing Shift three times. The page is blanked at once,
// because leaving may take a moment; what was typed goes to the server on the way out.
// After the pattern of GOV.UK "Exit this page".

const presses = 3
const within = 5000 // milliseconds for all three

export function start (buttons) {
  const button = buttons.at(-1) // the one that is seen, after the one for the keyboard
  const status = document.createElement('span')
  status.className = 'nhsuk-u-visually-hidden'
  status.setAttribute('role', 'status')
  button.after(status)

  for (const b of buttons) {
    b.addEventListener('click', (event) => {
      if (leave(b, status)) event.preventDefault()
    })
  }
  onShift(status, button, () => {
    if (!leave(button, status)) button.click()
  })

  // A browser may show the page as it was when somebody goes back: show it again, not the blank.
  window.addEventListener('pageshow', () => document.body.classList.remove('heed-left'))
}

function onShift (status, button, act) {
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
    status.textContent = left === 1 ? button.dataset.pressOnce : button.dataset.pressTwice
  })
}

// leave says whether it went by itself; if not, the browser sends the form.
function leave (button, status) {
  document.body.classList.add('heed-left')
  document.title = button.dataset.leaving
  status.textContent = button.dataset.leaving
  const exit = button.dataset.exit
  if (!exit) return false
  const typed = new URLSearchParams()
  for (const [name, value] of new FormData(button.form)) {
    if (typeof value === 'string') typed.append(name, value)
  }
  // keepalive: sent even though the page goes away.
  fetch(button.formAction, { method: 'POST', body: typed, keepalive: true, credentials: 'same-origin', redirect: 'manual' }).catch(() => {})
  // replace: this page is not one step back from the next one. It stays in the history all the same.
  window.location.replace(exit)
  return true
}
