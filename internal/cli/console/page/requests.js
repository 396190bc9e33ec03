// The last requests, each with its decision step by step.

import {$, clock, code, el, get, more, ms, pairs, post, status, times} from './dom.js'
import {apply, unfilter, words} from './filter.js'
import {actions} from './replay.js'
import {rights} from './rights.js'

const kept = 200
let again = async () => {}
const items = new Map() // by the request's id

// addRequests adds new requests at the top. The list begins with the newest.
export function addRequests(list) {
  const stay = held()
  for (const r of list.toReversed()) {
    if (items.has(r.id)) continue
    const item = entry(r)
    items.set(r.id, item)
    $('list').prepend(item)
  }
  while ($('list').children.length > kept) {
    const oldest = [...$('list').children].findLast(item => !item.firstElementChild.open && !item.contains(document.activeElement))
    if (!oldest) break // the user is reading all of them
    items.delete(oldest.dataset.id)
    oldest.remove()
  }
  apply(items)
  stay()
}

// startRequests makes the filter and the button work. ask loads what is new; sent is called with the id of a repeated
// request.
export function startRequests(ask, sent) {
  again = sent
  for (const [id, event] of [['filter', 'input'], ['outcomes', 'change']]) $(id).addEventListener(event, () => apply(items))
  $('clear').addEventListener('click', async () => {
    await post('clear', {})
    await ask()
    $('requests').focus()
  })
}

// held remembers the position of a request that the user reads, and returns a function that restores it, since new
// requests are added above. Browsers keep the position on their own only in a scrolled box.
function held() {
  const box = $('list')
  const {top, bottom} = box.getBoundingClientRect()
  const seen = [...box.children].filter(item => {
    const r = item.getBoundingClientRect()
    return r.bottom > Math.max(top, 0) && r.top < Math.min(bottom, innerHeight)
  })
  const read = seen.find(item => item.querySelector(':focus-visible')) || seen.find(item => item.firstElementChild.open) || (box.scrollTop > 0 && seen[0])
  if (!read) return () => {}
  const before = read.getBoundingClientRect().top
  return () => {
    box.scrollTop += read.getBoundingClientRect().top - before
    if (getComputedStyle(box).overflowY === 'visible') scrollBy(0, read.getBoundingClientRect().top - before)
  }
}

export function forgetRequests() {
  items.clear()
  $('list').replaceChildren()
  apply(items)
}

// reasonOf returns the reason for the answer to a request; '' if its function answered.
export const reasonOf = id => items.get(id)?.request.reason || ''

// openRequest shows the decision on a request, and scrolls to it.
export function openRequest(id) {
  const item = items.get(id)
  if (!item) return false
  if (item.hidden) {
    unfilter()
    apply(items)
  }
  const details = item.querySelector('details')
  details.open = true
  details.querySelector('summary').focus({preventScroll: true})
  item.scrollIntoView({block: 'nearest', behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth'})
  return true
}

function entry(r) {
  const facts = [r.route ? null : 'no route', guard(r), r.principal].filter(Boolean).join(' · ')
  const summary = el('summary', {},
    status(r.status),
    el('span', {className: 'what'}, el('span', {className: 'verb'}, r.verb), ' ', el('span', {className: 'path'}, r.path)),
    el('span', {className: 'when'}, el('time', {dateTime: r.time}, clock(r.time)), ' · ', ms(r.ms)),
    r.reason ? el('span', {className: 'reason'}, r.reason.split('\n')[0]) : null,
    r.blocked ? el('span', {className: 'blocked'}, el('strong', {}, 'Blocked by the browser: '), r.blocked) : null,
    el('span', {className: 'facts'}, facts))
  const inside = el('div', {className: 'decision'})
  const details = el('details', {}, summary, inside)
  details.addEventListener('toggle', async () => {
    if (!details.open || inside.childElementCount) return
    try {
      inside.replaceChildren(...decision(await get('requests/' + encodeURIComponent(r.id))))
    } catch (err) {
      inside.replaceChildren(el('p', {className: 'error'}, err.message))
    }
  })
  const item = el('li', {id: 'r-' + r.id}, details)
  item.dataset.id = r.id
  item.request = r
  item.words = words(r)
  return item
}

function guard(r) {
  if (!r.authorizer || r.authorizer === 'none') return r.route ? 'no authorizer' : ''
  return [r.authorizer, r.cache, r.authorizerMs ? ms(r.authorizerMs) : ''].filter(Boolean).join(' ')
}

const marks = {passed: '✓', stopped: '✕', blocked: '✕', 'not reached': '–'}
const outcomes = {passed: 'passed', stopped: 'stopped here', blocked: 'blocked', 'not reached': 'not reached'}

function step(s) {
  // Name the property to change only once: in the text, if it mentions the property.
  const prop = s.prop && !(s.fix || '').includes(s.prop) ? el('span', {className: 'code'}, s.prop) : null
  return el('li', {className: 'step ' + s.outcome.replace(' ', '-')},
    el('span', {className: 'mark', 'aria-hidden': 'true'}, marks[s.outcome]),
    el('span', {className: 'check'}, s.check, el('span', {className: 'outcome'}, outcomes[s.outcome])),
    el('span', {className: 'detail'}, s.detail, s.fix || prop ? el('span', {className: 'fix'}, 'Change: ', prop, prop && s.fix ? ': ' : '', s.fix || '') : null))
}

// failure shows how a function failed, its own frames first. The reason for the answer may already contain the rest.
function failure(f, reason = '') {
  const frames = (f.frames || []).map(x => el('li', {className: x.own ? 'own' : 'imported'}, `${x.file}${x.line ? `:${x.line}` : ''}`, x.func ? ` (${x.func})` : ''))
  return [
    el('h3', {}, `${f.function} failed`),
    reason.includes(f.message) ? null : el('p', {className: 'why'}, f.type ? el('strong', {}, f.type, ': ') : null, f.message),
    frames.length ? el('ol', {className: 'frames'}, frames) : null,
  ]
}

// wrote shows what the functions wrote, with a function's name wherever it changes.
function wrote(list) {
  let last
  const text = list.map(l => {
    const name = l.function && l.function !== last ? `${list.length > 1 && last !== undefined ? '\n' : ''}${l.function}:\n` : ''
    last = l.function || last
    return name + l.text
  }).join('\n')
  return [el('h3', {}, 'What the functions wrote'), code(text, 'What the functions wrote')]
}

function decision(d) {
  const facts = [
    ['Route', d.route || 'none'],
    ['Request id', d.id],
    ['From', `${d.sourceIp}, ${d.protocol}`],
    ['Query', d.shown.query || 'none'],
    ['Authorizer', d.authorizerMs ? ms(d.authorizerMs) : 'no function was invoked'],
    ['Integration', d.integrationMs ? ms(d.integrationMs) : 'no function was invoked'],
    ['Total', ms(d.ms)],
  ]
  const claims = (d.claims || []).map(c => [
    el('h3', {}, 'Claims of the token, as sent'),
    code(JSON.stringify(c.claims, null, 2), 'Claims of the token, as sent'),
    times(c.claims, new Date(d.time), 'the request'),
    el('p', {className: 'hint'}, `Its header: ${JSON.stringify(c.header)}. The steps above say whether the token is valid.`),
  ])
  return [
    d.reason ? el('p', {className: 'why'}, d.reason) : null,
    ...actions(d, again),
    ...(d.failure ? failure(d.failure, d.reason) : []),
    ...(d.wrote && d.failure ? wrote(d.wrote) : []),
    el('h3', {}, 'Decision, step by step'), el('ol', {className: 'steps'}, d.steps.map(step)),
    ...(d.rights ? [el('h3', {}, 'Rights'), rights(d.rights, d.claims ? 'token' : 'caller')] : []),
    ...(d.wrote && !d.failure ? wrote(d.wrote) : []),
    ...claims.flat(),
    el('h3', {}, 'Facts'), pairs(facts),
    d.shown.body.size ? more(`Body of the request (${d.shown.body.size} bytes)`, d.shown.body.lost ? el('p', {className: 'hint'}, `It is not shown: ${d.shown.body.lost}.`) : code(d.shown.body.text, 'Body of the request')) : null,
    more(`Headers of the request (${d.headers.length})`, pairs(d.headers)),
    more(`Headers of the answer (${d.answered.length})`, pairs(d.answered)),
  ].filter(Boolean)
}
