// Asks the browser for a passkey, or to make one, and sends the form with its answer. Without
// this, or in a browser that knows no passkeys, the page shows the other way in.

export function start (elements) {
  const api = window.PublicKeyCredential
  if (!api || !api.parseRequestOptionsFromJSON || !api.parseCreationOptionsFromJSON) return
  for (const element of elements) {
    element.querySelector('[data-without]').hidden = true
    element.querySelector('[data-button]').hidden = false
    element.querySelector('button').addEventListener('click', () => press(element))
  }
}

async function press (element) {
  const button = element.querySelector('button')
  const said = element.querySelector('[data-said]')
  if (button.getAttribute('aria-disabled') === 'true') return
  button.setAttribute('aria-disabled', 'true')
  said.textContent = ''
  try {
    send(element, button.form, await answer(element, button.form))
  } catch {
    said.textContent = element.dataset.failed
  } finally {
    button.removeAttribute('aria-disabled')
  }
}

// answer is what the browser says, as text; "" when the service wants to say itself what is wrong.
async function answer (element, form) {
  const fields = new URLSearchParams()
  for (const name of (element.dataset.with || '').split(' ')) {
    if (name) fields.append(name, form.elements[name].value)
  }
  const asked = await fetch(element.dataset.ask, { method: 'POST', body: fields, credentials: 'same-origin' })
  if (!asked.ok || asked.redirected) return ''
  const options = await asked.json()
  const made = 'makes' in element.dataset
    ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
    : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) })
  return JSON.stringify(made.toJSON())
}

function send (element, form, passkey) {
  if (element.dataset.send) form.action = element.dataset.send
  element.querySelector('input').value = passkey
  if (form.elements.how) form.elements.how.value = 'passkey' // a form with two ways says which
  form.submit()
}
