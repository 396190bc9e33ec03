// Compares what a route requires with what a caller has.

import {el} from './dom.js'

export function rights(list, who = 'token') {
  const cell = (role, ...children) => el('td', {role}, ...children)
  const head = ['', 'The route requires', `The ${who} has`].map(t => el(t ? 'th' : 'td', {role: t ? 'columnheader' : 'cell', scope: t ? 'col' : null}, t))
  const rows = list.map(r => el('tr', {role: 'row', className: r.met ? 'met' : 'unmet'},
    cell('cell', el('span', {className: 'mark', 'aria-hidden': 'true'}, r.met ? '✓' : '✕'), el('span', {className: 'visually-hidden'}, r.met ? 'met' : 'not met')),
    cell('cell', r.wants), cell('cell', r.has)))
  return el('table', {role: 'table', className: 'rights', 'aria-label': `What the route requires and what the ${who} has`},
    el('thead', {role: 'rowgroup'}, el('tr', {role: 'row'}, head)), el('tbody', {role: 'rowgroup'}, rows))
}
