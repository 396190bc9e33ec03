'use strict'
// The page of the notes API. It holds no token: the session is a cookie that scripts cannot read. auth/session.js makes
// the object "session", whose fetch refreshes the session where that is needed and repeats the request.
const $ = id => document.getElementById(id)

// say shows a message, which screen readers read out: its element has the role "status".
function say(text, kind = 'good') {
  $('message').className = `message ${kind}`
  $('message').textContent = text
}

// show says who is signed in: null for no one, undefined for not known yet. Without a session nothing of it stays.
function show(who) {
  $('name').textContent = who ? who.name || who.email || who.subject : ''
  $('account').hidden = $('signed-in').hidden = !who
  $('signed-out').hidden = who !== null
  if (!who) {
    say('')
    $('list').replaceChildren()
    $('all').replaceChildren()
    $('all-table').hidden = true
    $('sessions').textContent = ''
    $('form').reset()
  }
}

// call sends a request to the API. It returns the answer's JSON, or says what went wrong and returns nothing.
async function call(what, path, options) {
  let answer
  try {
    answer = await session.fetch(path, options)
  } catch {
    return say(`The API cannot be reached, so you cannot ${what} now. Try again.`, 'failed')
  }
  if (answer.ok) return answer.json()
  if (answer.status === 401) {
    show(null)
    say(`401 Unauthorized: your session has ended. Log in to ${what}.`, 'denied')
    $('login').focus()
  } else if (answer.status === 403) {
    say(`403 Forbidden: you are signed in, but you may not ${what}.`, 'denied')
  } else {
    const {message} = await answer.json().catch(() => ({}))
    say(`${answer.status}: ${message || `you cannot ${what} now`}.`, 'failed')
  }
}

// fill replaces the rows of a table, unless the session has ended meanwhile.
function fill(id, rows) {
  if ($('signed-in').hidden) return
  $(id).replaceChildren(...rows.map(texts => {
    const row = document.createElement('tr')
    for (const text of texts) row.insertCell().textContent = text
    return row
  }))
}

async function list() {
  const got = await call('read notes', 'notes')
  if (got) fill('list', got.notes.length ? got.notes.map(text => [text]) : [['You have no notes yet.']])
  return got
}

// count says how many sessions the user has, in all browsers.
async function count() {
  const got = await call('see your sessions', 'auth/sessions')
  if (!got || $('signed-in').hidden) return
  const n = got.sessions.length
  $('sessions').textContent = n === 1 ? 'This is your only session.' : `You have ${n} sessions, including this one.`
}

// start asks who is signed in, and shows the notes to them.
async function start() {
  show()
  try {
    const who = await session.who()
    show(who)
    if (who) await Promise.all([list(), count()])
  } catch {
    say('The API cannot be reached. Load the page again.', 'failed')
  }
}

$('form').addEventListener('submit', async event => {
  event.preventDefault()
  const made = await call('write notes', 'notes', {
    method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({text: $('text').value}),
  })
  if (!made) return
  $('form').reset()
  $('text').focus()
  if (await list()) say(`Added: ${made.text}`)
})
$('reload').addEventListener('click', async () => { if (await list()) say('These are your newest notes.') })
$('everyone').addEventListener('click', async () => {
  const got = await call('see the notes of others', 'notes/all')
  if (!got) return
  fill('all', got.notes.map(n => [n.text, n.by]))
  $('all-table').hidden = !got.notes.length
  say(`${got.notes.length} ${got.notes.length === 1 ? 'note' : 'notes'} in all.`)
})
$('everywhere').addEventListener('click', async () => {
  const got = await call('log out everywhere', 'auth/logout-all', {method: 'POST'})
  if (got) location.assign(got.location) // ends the session at the user pool
})
$('logout').addEventListener('click', () => {
  session.logout().catch(() => say('You are still signed in, since the API cannot be reached. Try again.', 'failed'))
})
// A browser may keep the page as it is left, and bring it back: it then has no notes, and asks again who is signed in.
addEventListener('pagehide', () => show())
addEventListener('pageshow', event => { if (event.persisted) start() })
start()
