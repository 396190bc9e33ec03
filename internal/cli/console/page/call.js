// The form. The console makes a token or a signature, and the page calls the route as any page of this origin would.

import {$, code, copied, el, more, ms, options, pairs, status, times} from './dom.js'

let apis = []
let data = {issuers: [], keys: []}
const shown = 100_000 // characters of a body
let suggested = '' // the body that was filled in for the route

// Options are identified by what they name, as their positions change with the API.
const routeKey = (stage, r) => `${r.verb} /${stage}${r.path}`
const issuerKey = i => i ? [i.url, i.use, ...i.audiences || []].join(' ') : ''
const issuerNow = () => data.issuers.find(i => issuerKey(i) === $('issuer').value) || {}

// offer fills the form with what is served now. Input stays, as long as the chosen route needs the same as before.
export function offer(served) {
  const before = $('route').value, needed = JSON.stringify(chosen()?.route)
  data = served
  apis = served.apis
  options($('route'), apis.flatMap(api => api.stages.map(stage => el('optgroup', {label: `${api.name}, stage ${stage}`},
    inOrder(api.routes).map(r => el('option', {value: routeKey(stage, r)}, routeKey(stage, r)))))))
  options($('issuer'), served.issuers.map(i => el('option', {value: issuerKey(i)}, i.audiences?.length ? `${i.url} (${i.audiences.join(', ')})` : i.url)))
  options($('key'), served.keys.map(k => el('option', {value: k.id}, k.who)))
  if (before && $('route').value === before && JSON.stringify(chosen().route) === needed) {
    adaptChoices()
    adaptIssuer()
    return
  }
  adapt()
  if (before && $('route').value !== before) $('form-error').textContent = `${before} does not exist any more: choose another route.`
}

// inOrder puts preflights, which browsers send by themselves, behind the routes that people call.
const inOrder = routes => [...routes.filter(r => r.verb !== 'OPTIONS'), ...routes.filter(r => r.verb === 'OPTIONS')]

// choose selects a route of the table in the form.
export function choose(api, route) {
  $('route').value = routeKey(api.stages[0], route)
  adapt()
  $('call').scrollIntoView({block: 'start'})
  $('route').focus({preventScroll: true})
}

function chosen() {
  const key = $('route').value
  for (const api of apis) for (const stage of api.stages) {
    const route = api.routes.find(r => routeKey(stage, r) === key)
    if (route) return {stage, api, route}
  }
  return null
}

// adapt fills in what the chosen route requires, so that a call passes its checks.
function adapt() {
  const now = chosen()
  $('send').disabled = !now
  if (!now) return
  const r = now.route
  $('verb-field').hidden = r.verb !== 'ANY'
  $('needs').textContent = r.notServed ? `Not served here (501): ${r.notServed}` : `Who may call it: ${r.who}${r.from ? `, from ${r.from}` : ''}${r.public ? ` (${r.public})` : ''}${r.apiKey && r.kind !== 'none' ? ', with an API key' : ''}`
  suggest(r)
  const names = [...r.path.matchAll(/\{([^}+]+)(\+?)\}/g)]
  const typed = new Map([...$('params').querySelectorAll('input')].map(input => [input.name, input.value]))
  $('params').replaceChildren(...names.map(([, name, greedy]) => {
    const id = 'params.' + name
    return el('p', {className: 'field'}, el('label', {htmlFor: id}, greedy ? `{${name}+}` : `{${name}}`),
      el('input', {id, name: id, value: typed.get(id) || '1', autocomplete: 'off', spellcheck: false}))
  }))
  const before = $('form').elements.credential.value
  const kind = before === 'bearer' && r.issuers && !r.session ? before : r.kind === 'iam' ? 'key' : r.kind === 'none' || !data.issuers.length ? 'none' : 'token'
  $('form').elements.credential.value = kind
  adaptChoices()
  if (r.issuers?.length) $('issuer').value = issuerKey(data.issuers[r.issuers[0]])
  const wanted = kind => (r.requires || []).filter(q => q.kind === kind).map(q => q.anyOf[0])
  $('scopes').value = wanted('scope').join(' ')
  $('groups').value = wanted('group').join(', ')
  $('roles').value = wanted('role').join(', ')
  $('use').value = r.use || ''
  if (wanted('role').length) $('more-token').open = true
  adaptVerb()
  adaptIssuer()
  adaptCredential()
  clearErrors()
}

function adaptChoices() {
  const session = Boolean(chosen()?.route.session)
  $('new-token').textContent = session ? 'a new session' : 'a new token'
  $('my-token').hidden = session
  $('signature').hidden = !chosen()?.api.routes.some(other => other.kind === 'iam')
}

function adaptVerb() {
  const verb = verbNow()
  $('body-field').hidden = verb === 'GET' || verb === 'HEAD'
  const sends = ['POST', 'PUT', 'PATCH'].includes(verb)
  $('body-hint').hidden = $('body-field').hidden || !$('body-hint').textContent
  $('more-request').open = sends || Boolean($('query').value || $('headers').value)
}

// suggest fills in a body that the route's model accepts, unless the user typed one.
function suggest(route) {
  if (!$('body').value || $('body').value === suggested) $('body').value = route.body || ''
  suggested = route.body || ''
  $('body-hint').textContent = route.body ? 'This sample body is made up from the route’s model.' : 'The route has no request model: its function decides which bodies it accepts.'
}

const verbNow = () => { const v = chosen()?.route.verb; return v === 'ANY' ? $('verb').value : v }

function adaptIssuer() {
  const i = issuerNow()
  const list = (id, values) => options($(id), (values || []).map(value => el('option', {value})))
  list('known-scopes', i.scopes)
  list('known-groups', i.groups)
  list('known-audiences', i.audiences)
}

function adaptCredential() {
  const kind = $('form').elements.credential.value
  for (const k of ['token', 'bearer', 'key']) $('with-' + k).hidden = kind !== k
}

const words = (text, separator) => text.split(separator).map(w => w.trim()).filter(Boolean)

function ask() {
  const {stage, route} = chosen()
  const verb = verbNow()
  const issuer = issuerNow()
  const params = {}
  for (const input of $('params').querySelectorAll('input')) params[input.name.slice('params.'.length)] = input.value
  return {
    stage, route: {verb: route.verb, path: route.path}, verb, params, query: $('query').value, headers: $('headers').value,
    body: verb === 'GET' || verb === 'HEAD' ? '' : $('body').value,
    credential: $('form').elements.credential.value, bearer: $('bearer').value, key: $('key').value,
    token: {
      // Several issuers may have one URL, and differ in the rest.
      issuer: issuer.url || '', audience: $('audience').value.trim() || issuer.audiences?.[0] || '', use: $('use').value || issuer.use || '', subject: $('subject').value.trim(),
      scopes: words($('scopes').value, /\s+/), groups: words($('groups').value, ','), roles: words($('roles').value, ','),
      claims: $('claims').value, expires: $('expires').value.trim(),
    },
  }
}

async function call(event, found) {
  event.preventDefault()
  if ($('send').disabled) return // Ctrl+Enter while a call is under way
  clearErrors()
  $('send').disabled = true
  try {
    const answer = await fetch('/~/prepare', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(ask())})
    const prepared = await answer.json()
    if (answer.ok) await make(prepared, found)
    else refuse(prepared.field, prepared.error)
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

// make sends the request. A token or a session that belongs in cookies is set as cookies until the answer.
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
    el('p', {id: 'why'}), // the reason, once it is known
    el('p', {className: 'hint'}, el('span', {className: 'verb'}, prepared.verb), ' ', el('span', {className: 'path'}, prepared.url.split('?')[0])),
    link ? el('p', {}, link) : null,
    body ? code(pretty(body), 'Body of the answer') : el('p', {className: 'hint'}, 'It has no body.'),
    more(`Headers of the answer (${headers.length})`, pairs(headers)),
    prepared.token ? more('Claims of the token that was made', code(JSON.stringify(prepared.token.claims, null, 2), 'Claims of the token that was made'),
      times(prepared.token.claims, Date.now())) : null,
    more('The same in a terminal', code(prepared.curl, 'A line for curl'), el('p', {}, copied(prepared.curl, 'the line'))),
  ].filter(Boolean))
  $('answer').hidden = false
  $('answer').scrollIntoView({block: 'nearest'})
}

function pretty(text) {
  const cut = text.length > shown ? `${text.slice(0, shown)}\n… and ${text.length - shown} characters more` : text
  if (cut !== text) return cut
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

// refuse shows an error at its field, and removes the answer to an earlier call.
function refuse(field, text) {
  $('answer').hidden = true
  $('answer').replaceChildren()
  $('outcome').textContent = ''
  $('form-error').textContent = text
  const input = field && field !== 'credential' ? $(field) : null
  if (!input) return
  input.closest('details')?.setAttribute('open', '')
  input.setAttribute('aria-invalid', 'true')
  input.setAttribute('aria-describedby', ['form-error', described(input)].filter(Boolean).join(' '))
  input.focus()
}

function clearErrors() {
  $('form-error').textContent = ''
  for (const e of $('form').querySelectorAll('[aria-invalid]')) {
    e.removeAttribute('aria-invalid')
    if (described(e)) e.setAttribute('aria-describedby', described(e))
    else e.removeAttribute('aria-describedby')
  }
}

// described is the id of the hint of a field; '' if it has none.
const described = field => $(field.id + '-hint') ? field.id + '-hint' : ''

// start makes the form work. For the id of each request, found returns the reason of its answer.
export function start(found) {
  $('form').addEventListener('input', event => { if (event.target.getAttribute('aria-invalid')) clearErrors() })
  $('form').addEventListener('submit', event => call(event, found))
  $('form').addEventListener('keydown', event => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.repeat) return
    event.preventDefault() // where Enter alone submits, it would do so twice
    if (!$('send').disabled) $('form').requestSubmit()
  })
  $('route').addEventListener('change', adapt)
  $('verb').addEventListener('change', adaptVerb)
  $('issuer').addEventListener('change', adaptIssuer)
  $('credential').addEventListener('change', adaptCredential)
}
