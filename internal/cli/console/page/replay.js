// Repeats a past request, unchanged or edited.

import {$, code, copies, el, more, pairs, post, pretty, status} from './dom.js'
import {refill} from './form.js'

// actions returns the buttons for a request with the decision d. After the request was sent again, sent is called with
// the new id.
export function actions(d, sent) {
  const result = el('div', {className: 'replayed'})
  const place = el('div')
  const button = (text, does) => {
    const b = el('button', {type: 'button', className: 'quiet'}, text)
    b.addEventListener('click', () => does(b))
    return b
  }
  const again = async (change, button) => {
    button.disabled = true
    try {
      const got = await post('replay', {id: d.id, edit: change})
      result.replaceChildren(...answer(got))
      await sent(got.id)
      return null
    } catch (err) {
      return err
    } finally {
      button.disabled = false
    }
  }
  const replay = button('Replay', async b => {
    const err = await again(null, b)
    if (err) result.replaceChildren(el('p', {className: 'error', role: 'alert'}, err.message))
  })
  const edit = button('Edit', () => {
    if (place.childElementCount) place.replaceChildren()
    else {
      place.replaceChildren(editor(d, again))
      place.querySelector('input').focus()
    }
    edit.setAttribute('aria-expanded', String(place.childElementCount > 0))
  })
  edit.setAttribute('aria-expanded', 'false')
  const bar = copies(() => post('copy', {id: d.id}))
  bar.prepend(replay, ' ', edit, ' ', ...(d.refill ? [button('To the form', () => refill(d.refill)), ' '] : []))
  return [bar, place, result]
}

// editor returns a form with the request.
function editor(d, again) {
  const id = name => `edit-${name}-${d.id}`
  const about = id('about'), error = el('p', {className: 'error', role: 'alert', id: id('error')})
  const field = (name, label, input, width = '') => {
    input.id = id(name)
    input.name = name
    input.spellcheck = false
    input.autocomplete = 'off'
    return el('p', {className: 'field ' + width}, el('label', {htmlFor: input.id}, label), input)
  }
  const target = d.shown.query ? `${d.shown.path}?${d.shown.query}` : d.shown.path
  const lines = d.headers.map(([name, value]) => `${name}: ${value}`).join('\n')
  const body = el('textarea', {rows: Math.min(10, 2 + d.shown.body.text.split('\n').length), value: d.shown.body.text, placeholder: d.shown.body.lost})
  let typed = false
  body.addEventListener('input', () => { typed = true })
  const send = el('button', {type: 'submit'}, 'Send')
  const form = el('form', {className: 'editor', noValidate: true, 'aria-label': `Edit ${d.verb} ${d.path}`, 'aria-describedby': about},
    el('div', {className: 'row'}, field('verb', 'Method', el('input', {value: d.verb, size: 8})), field('target', 'Path and query', el('input', {value: target}), 'grow')),
    field('headers', 'Headers', el('textarea', {rows: Math.min(10, d.headers.length + 1), value: lines})),
    field('body', 'Body', body),
    el('p', {className: 'hint', id: about}, 'Where [not shown] stands, the request’s own credential is sent again.',
      d.shown.body.lost && d.shown.body.size ? ` Its body of ${d.shown.body.size} bytes is not here, as ${d.shown.body.lost}.` : ''),
    el('p', {className: 'actions'}, send), error)
  form.addEventListener('submit', async event => {
    event.preventDefault()
    if (send.disabled) return
    error.textContent = ''
    for (const e of form.querySelectorAll('[aria-invalid]')) {
      e.removeAttribute('aria-invalid')
      e.removeAttribute('aria-describedby')
    }
    const value = name => form.elements[name].value
    const err = await again({verb: value('verb').trim(), target: value('target').trim(), headers: value('headers'), body: typed ? value('body') : null}, send)
    if (!err) return
    error.textContent = err.message
    const wrong = $(id(err.field || ''))
    if (!wrong) return
    wrong.setAttribute('aria-invalid', 'true')
    wrong.setAttribute('aria-describedby', error.id)
    wrong.focus()
  })
  form.addEventListener('keydown', event => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.repeat) return
    event.preventDefault()
    form.requestSubmit()
  })
  return form
}

// answer shows the answer to the request.
function answer(got) {
  return [
    el('p', {role: 'status'}, status(got.status), ' ', el('a', {href: '#r-' + got.id}, 'Show the new request'),
      got.fresh ? el('span', {className: 'hint'}, ' Its token had expired, so a new one with the same claims was sent.') : null),
    got.body ? code(pretty(got.body) + (got.more ? '\n… and more' : ''), 'Body of the answer') : el('p', {className: 'hint'}, 'The answer has no body.'),
    more(`Headers of the answer (${got.headers.length})`, pairs(got.headers)),
  ]
}
