// Helpers to build the page. Text stays text: nothing here parses markup.

export const $ = id => document.getElementById(id)

// el makes an element. properties are set on the element, except those that only exist as attributes. children are
// elements or texts, or null for none.
export function el(name, properties = {}, ...children) {
  const e = document.createElement(name)
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined) continue
    if (key in e) e[key] = value
    else e.setAttribute(key, value)
  }
  e.append(...children.flat().filter(c => c !== null && c !== undefined))
  return e
}

// options replaces the options of a select element or a data list, and keeps the selected one if it still exists.
export function options(select, list) {
  const before = select.value
  select.replaceChildren(...list)
  if (before && [...select.querySelectorAll('option')].some(o => o.value === before)) select.value = before
}

// status shows a status code that is readable without its color.
export function status(code, text = '') {
  const kind = code >= 500 ? 'failed' : code >= 400 ? 'denied' : code >= 200 ? 'good' : 'odd'
  return el('span', {className: 'status ' + kind}, text ? `${code} ${text}` : String(code))
}

export const ms = n => n === undefined ? '' : n < 10 ? `${n} ms` : `${Math.round(n)} ms`

export const clock = time => new Date(time).toLocaleTimeString([], {hour12: false})

// pairs shows a list of names and values.
export function pairs(list) {
  return el('dl', {className: 'pairs'}, list.map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, value))))
}

const moments = {iat: 'issued', auth_time: 'signed in', nbf: 'valid from', exp: 'expires'}

// times lists the claims of a token that are times (RFC 7519, section 4.1) in readable form, each with its distance to
// a moment: "2 min after the request", or "in 2 min" for the present. It returns null if the token has none.
export function times(claims, moment, what = '') {
  const list = Object.entries(moments).filter(([claim]) => isTime(claims[claim])).map(([claim, meaning]) => {
    const at = new Date(claims[claim] * 1000)
    const apart = Math.round((at - moment) / 1000)
    const far = apart === 0 ? what && `at ${what}` || 'now' : what ? `${lasting(Math.abs(apart))} ${apart > 0 ? 'after' : 'before'} ${what}` :
      apart > 0 ? `in ${lasting(apart)}` : `${lasting(-apart)} ago`
    return [`${claim} (${meaning})`, el('span', {}, el('time', {dateTime: at.toISOString()}, at.toISOString().replace('T', ' ').replace('.000', '').replace('Z', ' UTC')), `, ${far}`)]
  })
  return list.length ? pairs(list) : null
}

const isTime = n => typeof n === 'number' && !Number.isNaN(new Date(n * 1000).getTime())

// lasting formats a number of seconds in its two largest units.
function lasting(seconds) {
  const units = [['d', 86400], ['h', 3600], ['min', 60], ['s', 1]]
  const first = units.findIndex(([, size]) => seconds >= size)
  return units.slice(first, first + 2).map(([name, size], n) => [Math.floor((n ? seconds % units[first][1] : seconds) / size), name])
    .filter(([n]) => n).map(([n, name]) => `${n} ${name}`).join(' ')
}

// scrolling makes a box with its own scroll bar. While it scrolls, the keyboard can reach it.
export function scrolling(box, label) {
  new ResizeObserver(() => {
    const does = box.scrollHeight > box.clientHeight + 1 || box.scrollWidth > box.clientWidth + 1
    if (does) {
      box.tabIndex = 0
      box.setAttribute('role', 'group') // not a landmark, since there are many
      box.setAttribute('aria-label', label)
    } else for (const name of ['tabindex', 'role', 'aria-label']) box.removeAttribute(name)
  }).observe(box)
  return box
}

// code shows a text of several lines.
export const code = (text, label) => scrolling(el('pre', {}, text), label)

export function more(title, ...children) {
  return el('details', {}, el('summary', {}, title), ...children)
}

// copied makes a button that copies a text to the clipboard, and says so. The text is loaded when the button is
// pressed; '' for none.
export function copied(load, what) {
  const button = el('button', {type: 'button', className: 'quiet'}, `Copy ${what}`)
  button.addEventListener('click', async () => {
    try {
      const text = load() // a browser allows copying only while it handles a click, and the promise extends that
      await navigator.clipboard.write([new ClipboardItem({'text/plain': text.then(t => {
        if (!t) throw new Error('nothing to copy')
        return new Blob([t], {type: 'text/plain'})
      })})])
      button.textContent = 'Copied'
    } catch {
      button.textContent = 'Not copied'
    }
    setTimeout(() => { button.textContent = `Copy ${what}` }, 2000)
  })
  return button
}

// copies makes buttons that copy a request for curl and for fetch. Notes about the copy appear below them.
export function copies(load) {
  const note = el('p', {className: 'hint', role: 'status'})
  const one = (kind, what) => copied(async () => {
    const made = await load()
    note.textContent = (made?.note || []).join(' ')
    return made?.[kind] || ''
  }, what)
  return el('div', {className: 'copies'}, one('curl', 'as curl'), ' ', one('fetch', 'as fetch'), note)
}

const shown = 100_000 // characters of a body

// pretty formats a body for people: JSON with line breaks, and a long body shortened.
export function pretty(text) {
  const cut = text.length > shown ? `${text.slice(0, shown)}\n… and ${text.length - shown} characters more` : text
  if (cut !== text) return cut
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

// get loads data from the console.
export const get = path => answered(fetch('/~/' + path, {cache: 'no-store'}))

// post sends data to the console. An error names the field that it concerns.
export const post = (path, data) => answered(fetch('/~/' + path, {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(data)}))

async function answered(request) {
  const answer = await request
  const data = await answer.json()
  if (!answer.ok) throw Object.assign(new Error(data.error), {field: data.field || ''})
  return data
}
