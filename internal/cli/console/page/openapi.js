// The OpenAPI description of an API, to read and to call from.

import {code, el, get, more, pairs} from './dom.js'

// description opens to the operations of an API. Its buttons call choose with a route of the API and a body.
export function description(api, choose) {
  const path = 'openapi.json?api=' + encodeURIComponent(api.name)
  const inside = el('div', {className: 'operations'})
  const details = el('details', {className: 'openapi'}, el('summary', {}, 'OpenAPI description'), inside)
  details.addEventListener('toggle', async () => {
    if (!details.open || inside.childElementCount) return
    try {
      const document = await get(path)
      const file = el('a', {href: '/~/' + path, download: `${document.info.title}.openapi.json`}, 'openapi.json')
      inside.replaceChildren(el('p', {className: 'hint'}, `OpenAPI ${document.openapi}, for other programs: `, file),
        ...operations(document).map(o => operation(o, document, api, choose)), ...schemas(document))
    } catch (err) {
      inside.replaceChildren(el('p', {className: 'error'}, err.message))
    }
  })
  return details
}

// operations returns the operations of all routes, in the order of the document. A route for any method appears once,
// with its methods.
function operations(document) {
  const all = new Map()
  for (const [path, item] of Object.entries(document.paths)) for (const [verb, o] of Object.entries(item)) {
    const name = o['x-gatehouse-route']
    if (!all.has(name)) all.set(name, {...o, name, path, verbs: []})
    all.get(name).verbs.push(verb.toUpperCase())
    all.get(name).requestBody ||= o.requestBody
  }
  return [...all.values()]
}

function operation(o, document, api, choose) {
  const name = o.name
  const route = api.routes.find(r => `${r.verb} ${r.path}` === name)
  const trying = (text, label, body) => {
    const button = el('button', {type: 'button', className: 'quiet', 'aria-label': label}, text)
    button.addEventListener('click', () => choose(api, route, body, body === undefined ? undefined : o.verbs.find(v => v === 'POST')))
    return button
  }
  const content = Object.entries(o.requestBody?.content || {})
  const bodies = content.flatMap(([type, media]) => [
    el('h4', {}, `Body: ${type}`),
    media.schema?.$ref ? el('p', {className: 'hint'}, `Model ${last(media.schema.$ref)}`) : null,
    ...Object.values(media.examples || {}).flatMap(e => {
      const text = JSON.stringify(e.value, null, 2)
      return [el('p', {}, e.summary, ' ', route ? trying('Try it', `Try it: ${name} with this body: ${e.summary}`, text) : null), code(text, `${name}: ${e.summary}`)]
    }),
  ])
  const parameters = (o.parameters || []).map(p => [p.name, [p.in, p.required ? 'required' : '', p.description].filter(Boolean).join(', ')])
  const guards = o.security.flatMap(all => Object.keys(all)).map(key => {
    const s = document.components.securitySchemes[key]
    return [key, s.type === 'http' ? 'Authorization: Bearer' : `${s.in} ${s.name}${s.description ? `: ${s.description}` : ''}`]
  })
  return el('details', {className: 'operation'},
    el('summary', {}, el('span', {className: 'verb'}, name.split(' ')[0]), ' ', el('span', {className: 'path'}, name.split(' ')[1]), ' ', el('span', {className: 'hint'}, o['x-gatehouse-who'])),
    el('div', {}, o.verbs.length > 1 ? el('p', {}, `It takes ${o.verbs.join(', ')}.`) : null, o.description ? el('p', {}, o.description) : null,
      parameters.length ? el('h4', {}, 'Parameters') : null, parameters.length ? pairs(parameters) : null,
      guards.length ? el('h4', {}, 'Guards') : null, guards.length ? pairs(guards) : null,
      ...bodies,
      el('h4', {}, 'Answers'), pairs(Object.entries(o.responses).map(([status, r]) => [status, r.description])),
      route ? el('p', {}, trying('Try', `Try ${name} of the description`)) : null))
}

const last = ref => ref.slice(ref.lastIndexOf('/') + 1)

function schemas(document) {
  const all = Object.entries(document.components.schemas || {})
  if (!all.length) return []
  return [more(`Models (${all.length})`, ...all.flatMap(([name, schema]) => [el('h4', {}, name), code(JSON.stringify(schema, null, 2), `Model ${name}`)]))]
}
