// What the other files build the page with. Text only ever becomes text: nothing here reads markup.

export const $ = id => document.getElementById(id)

// el makes an element. Properties are those of the element, but for those that only exist as attributes; children are
// elements or texts, and null for none.
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

// options replaces those of a select element or a data list, and keeps what was chosen if it is still there.
export function options(select, list) {
  const before = select.value
  select.replaceChildren(...list)
  if (before && [...select.querySelectorAll('option')].some(o => o.value === before)) select.value = before
}

// status is a status code that can be told without its colour.
export function status(code, text = '') {
  const kind = code >= 500 ? 'failed' : code >= 400 ? 'denied' : code >= 200 ? 'good' : 'odd'
  return el('span', {className: 'status ' + kind}, text ? `${code} ${text}` : String(code))
}

export const ms = n => n === undefined ? '' : n < 10 ? `${n} ms` : `${Math.round(n)} ms`

export const clock = time => new Date(time).toLocaleTimeString([], {hour12: false})

// pairs is a list of names and values.
export function pairs(list) {
  return el('dl', {className: 'pairs'}, list.map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, value))))
}

// scrolling is a box that scrolls by itself. As long as it does, it can be reached by the keyboard.
export function scrolling(box, label) {
  new ResizeObserver(() => {
    const does = box.scrollHeight > box.clientHeight + 1 || box.scrollWidth > box.clientWidth + 1
    if (does) {
      box.tabIndex = 0
      box.setAttribute('role', 'region')
      box.setAttribute('aria-label', label)
    } else for (const name of ['tabindex', 'role', 'aria-label']) box.removeAttribute(name)
  }).observe(box)
  return box
}

// code is text of several lines.
export const code = (text, label) => scrolling(el('pre', {}, text), label)

export function more(title, ...children) {
  return el('details', {}, el('summary', {}, title), ...children)
}

// copied is a button that puts a text into the clipboard, and says so.
export function copied(text, what) {
  const button = el('button', {type: 'button', className: 'quiet'}, `Copy ${what}`)
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(text)
      button.textContent = 'Copied'
    } catch {
      button.textContent = 'The browser does not allow it'
    }
    setTimeout(() => { button.textContent = `Copy ${what}` }, 2000)
  })
  return button
}

// get asks the console for data.
export async function get(path) {
  const answer = await fetch('/~/' + path, {cache: 'no-store'})
  const data = await answer.json()
  if (!answer.ok) throw new Error(data.error)
  return data
}
