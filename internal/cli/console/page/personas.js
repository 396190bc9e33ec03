// Callers with names: those derived from the routes, and those that the user keeps in this browser.

import {$, el, options} from './dom.js'

const place = 'gatehouse.personas', chosenPlace = 'gatehouse.persona'
const fields = ['subject', 'scopes', 'groups', 'roles', 'claims', 'expires']
let given = [] // the issuer's personas
let kept = read()

// read returns the kept personas. It ignores data of another program or an earlier version.
function read() {
  try {
    const list = JSON.parse(localStorage.getItem(place) || '[]')
    return list.filter(p => typeof p?.name === 'string' && fields.every(f => typeof (p[f] ?? '') === 'string'))
  } catch {
    return []
  }
}

function keep(name, text) {
  try {
    localStorage.setItem(name, text)
    return true
  } catch { // the browser's storage is disabled or full
    return false
  }
}

// offerPersonas lists the personas to choose from: the issuer's, and the kept ones.
export function offerPersonas(ofIssuer) {
  given = ofIssuer
  const group = (label, prefix, list) => list.length ? [el('optgroup', {label}, list.map(p => el('option', {value: prefix + p.name}, p.name)))] : []
  options($('persona'), [el('option', {value: ''}, 'a caller with what the route requires'), ...group('Kept in this browser', 'kept ', kept), ...group('From the routes', 'given ', given)])
  about()
}

function find(key) {
  const name = key.slice(key.indexOf(' ') + 1)
  if (key.startsWith('kept ')) return kept.find(p => p.name === name)
  const p = key.startsWith('given ') ? given.find(p => p.name === name) : undefined
  return p && {
    name, subject: p.subject || 'developer', scopes: (p.scopes || []).join(' '), groups: (p.groups || []).join(', '),
    roles: (p.roles || []).join(', '), claims: p.claims && Object.keys(p.claims).length ? JSON.stringify(p.claims) : '', expires: '1h',
  }
}

// personaNow returns the selected persona; undefined for none.
export const personaNow = () => find($('persona').value)

function fill(p) {
  for (const f of fields) $(f).value = p[f] ?? ''
  if (p.roles || p.claims) $('more-token').open = true
}

function about() {
  const own = $('persona').value.startsWith('kept ')
  $('persona-delete').hidden = !own
  if (own) $('persona-name').value = personaNow()?.name || ''
}

function save() {
  const name = $('persona-name').value.trim()
  if (!name) {
    $('persona-said').textContent = 'Give the persona a name.'
    $('persona-name').focus()
    return
  }
  kept = [...kept.filter(p => p.name !== name), Object.fromEntries([['name', name], ...fields.map(f => [f, $(f).value])])]
    .sort((a, b) => a.name.localeCompare(b.name))
  const done = keep(place, JSON.stringify(kept))
  offerPersonas(given)
  $('persona').value = 'kept ' + name
  chosen()
  $('persona-said').textContent = done ? `${name} is kept in this browser.` : `${name} is there until the page is closed: the browser keeps nothing for it.`
}

function remove() {
  const p = personaNow()
  kept = kept.filter(other => other !== p)
  keep(place, JSON.stringify(kept))
  $('persona').value = ''
  offerPersonas(given)
  chosen()
  $('persona-said').textContent = `${p.name} is deleted.`
  $('persona').focus()
}

function chosen() {
  keep(chosenPlace, $('persona').value)
  about()
}

// startPersonas makes the selection work. If no persona is selected, other fills in the fields.
export function startPersonas(other) {
  $('persona').addEventListener('change', () => {
    const p = personaNow()
    chosen()
    $('persona-said').textContent = ''
    if (p) fill(p)
    else other()
  })
  $('persona-save').addEventListener('click', save)
  $('persona-delete').addEventListener('click', remove)
  $('persona-name').addEventListener('keydown', event => {
    if (event.key !== 'Enter' || event.ctrlKey || event.metaKey) return
    event.preventDefault() // otherwise Enter would call the route
    save()
  })
}

// lastPersona selects the persona that was selected when the page was last open.
export function lastPersona() {
  let key = ''
  try { key = localStorage.getItem(chosenPlace) || '' } catch { /* nothing is kept */ }
  const p = find(key)
  if (!p) return
  $('persona').value = key
  fill(p)
  about()
}
