// The OpenAPI description of an API, to read and to call from.

import {code, el, get, more, pairs} from './dom.js'

// description opens to the operations of an API. Try gets a route of the API, and a body.
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

// operations are those of all paths, in the order of the document.
const operations = document => Object.entries(document.paths).flatMap(([path, item]) => Object.entries(item).map(([verb, o]) => ({verb: verb.toUpperCase(), path, ...o})))

function operation(o, document, api, choose) {
  const name = `${o.verb} ${o.path}`
  const route = api.routes.find(r => `${r.verb} ${r.path}` === o['x-gatehouse-route'])
  const trying = (text, label, body) => {
    const button = el('button', {type: 'button', className: 'quiet', 'aria-label': label}, text)
    button.addEventListener('click', () => choose(api, route, body, o.verb))
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
    el('summary', {}, el('span', {className: 'verb'}, o.verb), ' ', el('span', {className: 'path'}, o.path), ' ', el('span', {className: 'hint'}, o['x-gatehouse-who'])),
    el('div', {}, o.description ? el('p', {}, o.description) : null,
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
