// Callers with names: those that the routes give rise to, and those that the user keeps in this browser.

import {$, el, options} from './dom.js'

const place = 'gatehouse.personas', chosenPlace = 'gatehouse.persona'
const fields = ['subject', 'scopes', 'groups', 'roles', 'claims', 'expires']
let given = [] // of the issuer
let kept = read()

// read is what is kept. What another program or an earlier version left there is no reason to fail.
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
  } catch { // the browser is told to keep nothing, or is full
    return false
  }
}

// offerPersonas lists those to choose from: the issuer's, and those that are kept.
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

// personaNow is the one that is chosen; undefined for none.
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

// startPersonas makes the choice work. Where none is chosen, other fills in the fields.
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
    event.preventDefault() // it would call the route
    save()
  })
}

// lastPersona chooses the persona that was chosen when the page was open before.
export function lastPersona() {
  let key = ''
  try { key = localStorage.getItem(chosenPlace) || '' } catch { /* nothing is kept */ }
  const p = find(key)
  if (!p) return
  $('persona').value = key
  fill(p)
  about()
}
