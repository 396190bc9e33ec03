'use strict'
// The page of the orders API. It holds no token: the session is a cookie that scripts cannot read. auth/session.js makes
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

async function list() {
  const got = await call('read orders', 'orders')
  if ($('signed-in').hidden) return // they are of a session that has ended
  $('list').replaceChildren(...(got?.orders || []).map(o => {
    const row = document.createElement('tr')
    for (const [text, name] of [[o.item, ''], [o.quantity, 'number'], [o.by, '']]) {
      const cell = row.insertCell()
      cell.textContent = text
      cell.className = name
    }
    return row
  }))
  return got
}

// start asks who is signed in, and shows the orders to them.
async function start() {
  show()
  try {
    const who = await session.who()
    show(who)
    if (who) list()
  } catch {
    say('The API cannot be reached. Load the page again.', 'failed')
  }
}

$('form').addEventListener('submit', async event => {
  event.preventDefault()
  const [item, quantity] = [$('item').value, $('quantity').valueAsNumber]
  const made = await call('place orders', 'orders', {
    method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({item, quantity}),
  })
  if (!made) return
  $('form').reset()
  $('item').focus()
  if (await list()) say(`Order ${made.number} is placed: ${made.quantity} × ${made.item}.`)
})
$('reload').addEventListener('click', async () => { if (await list()) say('These are the newest orders.') })
$('logout').addEventListener('click', () => {
  session.logout().catch(() => say('You are still signed in, since the API cannot be reached. Try again.', 'failed'))
})
// A browser may keep the page as it is left, and bring it back: it then has no orders, and asks again who is signed in.
addEventListener('pagehide', () => show())
addEventListener('pageshow', event => { if (event.persisted) start() })
start()
