// Adds to a page what a browser can. Every page works without it.
import { initAll } from './nhsuk.js'

const body = document.body
body.classList.add('js-enabled')
if ('noModule' in HTMLScriptElement.prototype) {
  body.classList.add('nhsuk-frontend-supported')
  // Counts characters, shows conditional questions, moves focus to the error summary, stops double sending.
  initAll()
}

// Each of these is fetched only by a page that has its component.
const modules = {
  'heed-leave': () => import('./leave.js'),
  'heed-timeout': () => import('./timeout.js'),
  'heed-progress': () => import('./progress.js'),
  'heed-passkey': () => import('./passkey.js')
}

for (const [name, load] of Object.entries(modules)) {
  const elements = document.querySelectorAll(`[data-module="${name}"]`)
  if (elements.length > 0) {
    load().then((m) => m.start([...elements])).catch(() => {
      // The page works without.
    })
  }
}
