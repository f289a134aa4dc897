// Leave this page: by its link or button, or by pressing Shift three times. The page is blanked at once,
// because leaving may take a moment; what was typed goes to the server on the way out.
// After the pattern of GOV.UK "Exit this page".
import { keep } from './keep.js'

const presses = 3
const within = 5000 // milliseconds for all three

export function start (elements) {
  const seen = elements.at(-1) // after the one for the keyboard
  const status = document.createElement('span')
  status.className = 'nhsuk-u-visually-hidden heed-leave-status'
  status.setAttribute('role', 'status')
  document.body.append(status) // the one thing that is not blanked, so that it is heard

  for (const e of elements) {
    e.addEventListener('click', (event) => {
      blank(e, status)
      if (!e.href) return // a button: the browser sends its form
      event.preventDefault()
      follow(e)
    })
  }
  // A link sends the draft and need not be waited for.
  onShift(status, elements.find((e) => e.href) ?? seen)

  // A browser may show the page as it was when somebody goes back: show it again, not the blank.
  window.addEventListener('pageshow', () => document.body.classList.remove('heed-left'))
}

function onShift (status, element) {
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
      element.click()
      return
    }
    status.textContent = left === 1 ? element.dataset.pressOnce : element.dataset.pressTwice
  })
}

function blank (element, status) {
  document.body.classList.add('heed-left')
  document.title = element.dataset.leaving
  status.textContent = element.dataset.leaving
}

function follow (link) {
  keep(link.dataset.draft)
  // replace: this page is not one step back from the next one. It stays in the history all the same.
  window.location.replace(link.href)
}
