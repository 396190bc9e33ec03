// The form. The console makes a token or a signature, and the page calls the route as any page of this origin would.

import {$, code, copies, el, more, ms, pairs, post, pretty, status, times} from './dom.js'
import {ask, clearErrors, refuse, start as startForm} from './form.js'
import {rights} from './rights.js'

// prepare lets the console make the request. If that fails, the form says what is wrong.
async function prepare() {
  clearErrors()
  try {
    return await post('prepare', ask())
  } catch (err) {
    refuse(err.field || '', err.field === undefined ? `The gateway does not answer: ${err.message}` : err.message)
    return null
  }
}

async function call(event, found) {
  event.preventDefault()
  if ($('send').disabled) return // Ctrl+Enter while a call is under way
  $('send').disabled = true
  try {
    const prepared = await prepare()
    if (prepared) await make(prepared, found)
  } catch (err) {
    refuse('', `The gateway does not answer: ${err.message}`)
  } finally {
    $('send').disabled = false
  }
}

// A browser takes a cookie of a login's session only with secure, which it also does from this machine.
const setCookie = (cookie, seconds) => {
  document.cookie = `${cookie}; path=/; max-age=${seconds}; samesite=strict${cookie.startsWith('__Host-') ? '; secure' : ''}`
}

// make sends the request. A token or a session that belongs in cookies is set as cookies until the answer arrives.
async function make(prepared, found) {
  if (prepared.token) $('bearer').value = prepared.token.text
  const cookies = prepared.cookies || []
  for (const cookie of cookies) setCookie(cookie, 60)
  const began = performance.now()
  let answer, body
  try {
    answer = await fetch(prepared.url, {
      method: prepared.verb, headers: prepared.headers, body: prepared.body || undefined,
      cache: 'no-store', redirect: 'manual', credentials: cookies.length ? 'same-origin' : 'omit',
    })
    body = await answer.text()
  } finally {
    for (const cookie of cookies) setCookie(`${cookie.split('=')[0]}=`, 0)
  }
  show(prepared, answer, body, performance.now() - began)
  const reason = await found(answer.headers.get('x-amzn-requestid'))
  if (!reason) return
  $('why').textContent = reason
  $('outcome').textContent += `: ${reason}`
}

function show(prepared, answer, body, took) {
  const time = ms(Math.round(took * 10) / 10)
  const redirect = answer.type === 'opaqueredirect'
  const id = answer.headers.get('x-amzn-requestid')
  const link = id ? el('a', {href: '#r-' + id}, 'Show the decision') : null
  $('outcome').textContent = redirect ? 'It was answered with a redirect' : `It was answered ${answer.status} in ${time}`
  const first = redirect ? el('span', {}, 'a redirect, which a page cannot read: see its decision') : status(answer.status, answer.statusText)
  const headers = [...answer.headers]
  $('answer').replaceChildren(...[
    el('h3', {}, first, el('span', {className: 'hint'}, ` in ${time}`)),
    el('p', {id: 'why'}), // shows the reason once it is known
    el('p', {className: 'hint'}, el('span', {className: 'verb'}, prepared.verb), ' ', el('span', {className: 'path'}, prepared.url.split('?')[0])),
    link ? el('p', {}, link) : null,
    body ? code(pretty(body), 'Body of the answer') : el('p', {className: 'hint'}, 'It has no body.'),
    prepared.rights ? rights(prepared.rights) : null,
    more(`Headers of the answer (${headers.length})`, pairs(headers)),
    prepared.token ? more('Claims of the token that was made', code(JSON.stringify(prepared.token.claims, null, 2), 'Claims of the token that was made'),
      times(prepared.token.claims, Date.now())) : null,
    more('The same request for curl and fetch', code(prepared.curl, 'A line for curl'), code(prepared.fetch, 'A call of fetch'), copies(async () => prepared)),
  ].filter(Boolean))
  $('answer').hidden = false
  $('answer').scrollIntoView({block: 'nearest'})
}

// start makes the form work. found returns the reason for the answer to the request with an id.
export function start(found) {
  startForm()
  $('form').addEventListener('submit', event => call(event, found))
  $('form').addEventListener('keydown', event => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.repeat) return
    event.preventDefault() // otherwise Enter would submit twice where it submits alone
    if (!$('send').disabled) $('form').requestSubmit()
  })
  $('send').closest('p').after(copies(prepare))
}
