// The table of routes and who may call each.

import {$, el, scrolling} from './dom.js'
import {description} from './openapi.js'

const guards = {
  token: 'Lambda authorizer, TOKEN',
  request: 'Lambda authorizer, REQUEST',
  cognito: 'Cognito user pools',
  jwt: 'JWT authorizer',
  iam: 'AWS IAM',
  none: 'none',
  unknown: 'not known',
}

export function showRoutes(data, choose) {
  $('url').textContent = data.url
  const focused = $('apis').contains(document.activeElement) ? document.activeElement.getAttribute('aria-label') : null
  $('apis').replaceChildren(...data.apis.map(api => card(api, choose)))
  if (focused) [...$('apis').querySelectorAll('button')].find(b => b.getAttribute('aria-label') === focused)?.focus({preventScroll: true})
  $('notices').replaceChildren(...(data.unknown ? [el('p', {className: 'notice'}, `Access is not fully known: ${data.unknown}`)] : []),
    ...differences(data.problems || []))
}

// differences lists what AWS would do and this machine does not. Most apps have some, such as a limit of their stage, so
// the list is closed until the user opens it.
function differences(problems) {
  if (problems.length === 0) return []
  const open = $('notices').querySelector('details')?.open
  const about = problems.length === 1 ? '1 difference from AWS' : `${problems.length} differences from AWS`
  return [el('details', {className: 'differences', open}, el('summary', {}, about), el('ul', {}, problems.map(p => el('li', {}, p))))]
}

function card(api, choose) {
  const stages = api.stages.map(s => el('span', {className: 'code'}, `/${s}`))
  const about = el('p', {className: 'hint'}, api.stages.length === 1 ? 'stage ' : 'stages ', ...between(stages, ', '),
    api.resourcePolicy ? ' · a resource policy applies too' : '',
    ...(api.app ? [' · users log in to the app at ', el('a', {href: api.app}, api.app)] : []))
  const cell = (label, ...children) => el('td', {role: 'cell', 'data-label': label}, el('div', {}, ...children))
  const rows = api.routes.map(r => {
    const name = `${r.verb} ${r.path}`
    const button = el('button', {type: 'button', className: 'quiet', 'aria-label': `Try ${name}`}, 'Try')
    button.addEventListener('click', () => choose(api, r))
    return el('tr', {role: 'row'},
      el('th', {role: 'rowheader', scope: 'row'}, el('span', {className: 'verb'}, r.verb), ' ', el('span', {className: 'path'}, r.path)),
      cell('Who may call', who(r), r.notServed ? el('p', {className: 'error'}, `not served here (501): ${r.notServed}`) : null),
      cell('Guard', r.session ? 'session of a login' : guards[r.kind] || r.kind, r.authorizer ? el('span', {className: 'hint'}, r.authorizer) : null, r.apiKey ? el('span', {className: 'hint'}, 'and an API key') : null),
      cell('Cache', cache(r.cacheSeconds)),
      el('td', {role: 'cell', className: 'try'}, button))
  })
  const head = ['Route', 'Who may call', 'Guard', 'Cache'].map(t => el('th', {role: 'columnheader', scope: 'col'}, t))
  const table = el('table', {role: 'table', 'aria-label': `Routes of ${api.name}`},
    el('thead', {role: 'rowgroup'}, el('tr', {role: 'row'}, head, el('td', {role: 'cell'}))),
    el('tbody', {role: 'rowgroup'}, rows))
  const box = scrolling(el('div', {className: 'scroll'}, table), `Routes of ${api.name}, to scroll`)
  return el('div', {className: 'card api'}, el('h3', {}, api.name), about, box, description(api, choose))
}

function who(r) {
  const from = r.from ? `, from ${r.from}` : ''
  if (r.kind !== 'none') return r.who + from
  return el('span', {}, el('strong', {}, r.who), from, r.public ? ` (${r.public})` : ' (no reason is given)')
}

function cache(seconds) {
  if (seconds === undefined) return el('span', {className: 'hint'}, '–')
  if (seconds === 0) return 'off'
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`
}

function between(list, text) {
  return list.flatMap((e, i) => i ? [text, e] : [e])
}
