// Warns before a session ends and lets the person stay. Other tabs are told. The server ends the
// session by its own clock whether this runs or not. What stands in the page's form is kept before the page goes.
import { keep as keepForm } from './keep.js'

const channelName = 'heed-session'

export function start ([dialog]) {
  if (typeof dialog.showModal !== 'function') return
  const warn = Number(dialog.dataset.warn) * 1000
  const life = Number(dialog.dataset.life) * 1000
  if (!(life > 0) || !(warn > 0)) return

  const shown = dialog.querySelector('[data-left]')
  const spoken = dialog.querySelector('[data-said]')
  const stay = dialog.querySelector('[data-stay]')
  const channel = 'BroadcastChannel' in window ? new BroadcastChannel(channelName) : null
  let end = Date.now() + life
  let said = ''
  let before = null // what had the focus

  const extend = (until) => {
    end = until
    said = ''
    if (dialog.open) {
      dialog.close()
      before?.focus()
    }
  }

  const ended = async () => {
    clearInterval(timer)
    const kept = await keepForm(dialog.dataset.draft)
    window.location.assign(kept ? dialog.dataset.kept : dialog.dataset.ended)
  }

  const keep = async () => {
    try {
      const answer = await fetch(stay.form.action, { method: 'POST', credentials: 'same-origin', redirect: 'manual', headers: { Accept: 'application/json' } })
      if (answer.ok || answer.type === 'opaqueredirect') {
        extend(Date.now() + life)
        channel?.postMessage({ left: life })
        return
      }
      if (answer.status === 401 || answer.status === 403) ended()
    } catch {
      // No network: the dialog stays, and the button can be pressed again.
    }
  }

  const tick = () => {
    const left = end - Date.now()
    if (left <= 0) return ended()
    if (left > warn) return
    if (!dialog.open) {
      before = document.activeElement
      dialog.showModal()
    }
    const seconds = Math.ceil(left / 1000)
    shown.textContent = inWords(seconds)
    const now = toSay(seconds)
    if (now !== said) {
      said = now
      spoken.textContent = `${dialog.dataset.say} ${now}.`
    }
  }

  dialog.addEventListener('cancel', (event) => { // Esc means stay
    event.preventDefault()
    keep()
  })
  stay.form.addEventListener('submit', (event) => {
    event.preventDefault()
    keep()
  })
  dialog.querySelector('[data-out]')?.form.addEventListener('submit', async (event) => {
    event.preventDefault()
    await keepForm(dialog.dataset.draft)
    channel?.postMessage({ out: true })
    event.target.submit()
  })
  if (channel) {
    channel.onmessage = ({ data }) => {
      if (data?.out) ended()
      else if (typeof data?.left === 'number' && data.left > 0 && data.left <= life) extend(Date.now() + data.left)
    }
    channel.postMessage({ left: life }) // this page was just fetched, so every tab of the session lives as long
  }
  document.addEventListener('visibilitychange', tick)
  window.addEventListener('pageshow', tick)
  const timer = setInterval(tick, 1000)
  tick()
}

function inWords (seconds) {
  const minutes = Math.floor(seconds / 60)
  const rest = seconds % 60
  const parts = []
  if (minutes > 0) parts.push(`${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`)
  if (rest > 0 || minutes === 0) parts.push(`${rest} ${rest === 1 ? 'second' : 'seconds'}`)
  return parts.join(' ')
}

// toSay is told politely: by the minute, and within the last minute each 20 seconds.
function toSay (seconds) {
  if (seconds > 60) return inWords(Math.ceil(seconds / 60) * 60)
  return inWords(Math.ceil(seconds / 20) * 20)
}
