// The fields of the form: what to call, and with which credential.

import {$, el, options} from './dom.js'
import {lastPersona, offerPersonas, personaNow, startPersonas} from './personas.js'

let apis = []
let data = {issuers: [], keys: []}
let suggested = [] // the bodies that the form offers for the route
let claimsGiven = '' // the claims that the form filled in for the route

// Options are identified by what they name, since their positions change with the API.
const routeKey = (stage, r) => `${r.verb} /${stage}${r.path}`
const issuerKey = i => i ? [i.url, i.use, ...i.audiences || []].join(' ') : ''
const issuerNow = () => data.issuers.find(i => issuerKey(i) === $('issuer').value) || {}

// offer fills the form with what is served now. It keeps the user's input while the selected route's requirements do
// not change.
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
  if (!before) lastPersona()
  if (before && $('route').value !== before) $('form-error').textContent = `${before} does not exist any more: choose another route.`
}

// inOrder puts preflights, which browsers send on their own, after the routes that people call.
const inOrder = routes => [...routes.filter(r => r.verb !== 'OPTIONS'), ...routes.filter(r => r.verb === 'OPTIONS')]

// choose selects a route of the table in the form, and fills in a body if one is given.
export function choose(api, route, body, verb) {
  $('route').value = routeKey(api.stages[0], route)
  adapt()
  if (route.verb === 'ANY' && verb) {
    $('verb').value = verb
    adaptVerb()
  }
  if (body !== undefined) $('body').value = body
  $('call').scrollIntoView({block: 'start'})
  $('route').focus({preventScroll: true})
}

// refill fills the form with a past request, and with the content of its token for a new token.
export function refill(r) {
  const key = routeKey(r.stage, r.route)
  if (![...$('route').options].some(o => o.value === key)) {
    refuse('', `${key} does not exist any more: choose another route.`)
    return
  }
  $('route').value = key
  $('persona').value = ''
  adapt()
  $('verb').value = r.verb
  adaptVerb()
  for (const [name, value] of Object.entries(r.params || {})) if ($('params.' + name)) $('params.' + name).value = value
  $('query').value = r.query
  $('headers').value = r.headers.trim()
  $('body').value = r.body
  $('more-request').open = Boolean(r.query || r.headers || r.body)
  if (r.token) {
    const issuer = data.issuers.find(i => i.url === r.token.issuer)
    if (issuer) $('issuer').value = issuerKey(issuer)
    $('subject').value = r.token.subject
    $('scopes').value = (r.token.scopes || []).join(' ')
    $('groups').value = (r.token.groups || []).join(', ')
    $('roles').value = (r.token.roles || []).join(', ')
    adaptIssuer()
  }
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
  $('use').value = r.use || ''
  if (!personaNow()) fillRights()
  adaptVerb()
  adaptIssuer()
  adaptCredential()
  clearErrors()
}

// fillRights gives the caller what the chosen route requires. It keeps claims that the user typed.
function fillRights() {
  const {scopes = [], groups = [], roles = [], claims = {}} = chosen()?.route.caller || {}
  $('scopes').value = scopes.join(' ')
  $('groups').value = groups.join(', ')
  $('roles').value = roles.join(', ')
  if (['', claimsGiven].includes($('claims').value)) {
    $('claims').value = claimsGiven = Object.keys(claims).length ? JSON.stringify(claims) : ''
  }
  if (roles.length || $('claims').value) $('more-token').open = true
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

// suggest offers bodies that the route's model accepts, and fills in the first one unless the user typed another.
function suggest(route) {
  const bodies = route.bodies || []
  if (!$('body').value || suggested.some(b => b.text === $('body').value)) $('body').value = bodies[0]?.text || ''
  suggested = bodies
  $('example').replaceChildren(...bodies.map(b => el('option', {value: b.text}, b.name)))
  $('example-field').hidden = bodies.length < 2
  $('body-hint').textContent = bodies.length ? 'This sample body is made up from the route’s model.' : 'The route has no request model: its function decides which bodies it accepts.'
}

const verbNow = () => { const v = chosen()?.route.verb; return v === 'ANY' ? $('verb').value : v }

function adaptIssuer() {
  const i = issuerNow()
  const list = (id, values) => options($(id), (values || []).map(value => el('option', {value})))
  list('known-scopes', i.scopes)
  list('known-groups', i.groups)
  list('known-audiences', i.audiences)
  offerPersonas(i.personas || [])
}

function adaptCredential() {
  const kind = $('form').elements.credential.value
  for (const k of ['token', 'bearer', 'key']) $('with-' + k).hidden = kind !== k
}

export const words = (text, separator) => text.split(separator).map(w => w.trim()).filter(Boolean)

// ask returns what the console is to prepare.
export function ask() {
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
      // Several issuers may have the same URL and differ otherwise.
      issuer: issuer.url || '', audience: $('audience').value.trim() || issuer.audiences?.[0] || '', use: $('use').value || issuer.use || '', subject: $('subject').value.trim(),
      scopes: words($('scopes').value, /\s+/), groups: words($('groups').value, ','), roles: words($('roles').value, ','),
      claims: $('claims').value, expires: $('expires').value.trim(),
    },
  }
}

// refuse shows an error at its field, and removes the answer to an earlier call.
export function refuse(field, text) {
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

export function clearErrors() {
  $('form-error').textContent = ''
  for (const e of $('form').querySelectorAll('[aria-invalid]')) {
    e.removeAttribute('aria-invalid')
    if (described(e)) e.setAttribute('aria-describedby', described(e))
    else e.removeAttribute('aria-describedby')
  }
}

// described returns the id of a field's hint; '' if it has none.
const described = field => $(field.id + '-hint') ? field.id + '-hint' : ''


// start makes fields react to each other.
export function start() {
  startPersonas(() => {
    $('subject').value = 'developer'
    $('expires').value = '1h'
    $('claims').value = ''
    fillRights()
  })
  $('form').addEventListener('input', event => { if (event.target.getAttribute('aria-invalid')) clearErrors() })
  $('route').addEventListener('change', adapt)
  $('verb').addEventListener('change', adaptVerb)
  $('issuer').addEventListener('change', adaptIssuer)
  $('credential').addEventListener('change', adaptCredential)
  $('example').addEventListener('change', () => { $('body').value = $('example').value })
}
