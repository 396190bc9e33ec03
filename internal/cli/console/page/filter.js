// The filter that decides which requests the list shows.

import {$} from './dom.js'

// words returns the words that find a request: those in its line, and 4xx for 404.
export const words = r => [r.verb, r.path, r.status, `${Math.floor(r.status / 100)}xx`, r.route, r.reason, r.principal, r.authorizer, r.cache, r.blocked ? 'blocked' : '']
  .filter(Boolean).join(' ').toLowerCase()

const kinds = {
  good: r => r.status < 400, denied: r => r.status >= 400 && r.status < 500, failed: r => r.status >= 500, blocked: r => Boolean(r.blocked),
}

// fits reports whether a request has all words of the filter, and the selected outcome.
function fits(r, text) {
  const kind = kinds[$('outcomes').value]
  const wanted = $('filter').value.toLowerCase().split(/\s+/).filter(Boolean)
  return (!kind || kind(r)) && wanted.every(w => text.includes(w))
}

// apply shows the requests that fit, of items by id, each with its request and its words.
export function apply(items) {
  let seen = 0
  for (const item of items.values()) {
    item.hidden = !fits(item.request, item.words)
    if (!item.hidden) seen++
  }
  const on = filters()
  $('filters').hidden = items.size === 0
  $('list').hidden = seen === 0
  $('none').hidden = items.size > 0
  const text = !on || items.size === 0 ? '' : seen === 0 ? `None of ${items.size} requests fits the filter.` : `${seen} of ${items.size} requests`
  if ($('filtered').textContent !== text) $('filtered').textContent = text
}

const filters = () => Boolean($('filter').value.trim() || $('outcomes').value)

// unfilter makes the list show all requests.
export function unfilter() {
  $('filter').value = ''
  $('outcomes').value = ''
}
