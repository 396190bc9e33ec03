// The console of a local gateway. It loads the routes, and new requests about once a second while the page is visible.

import {$, get} from './dom.js'
import {start} from './call.js'
import {choose, offer} from './form.js'
import {addRequests, forgetRequests, openRequest, reasonOf, startRequests} from './requests.js'
import {showRoutes} from './routes.js'

const interval = 1000 // ms
let known = {run: '', apis: 0, last: 0}
let asking = null
let offered = '' // the text that was offered last

// ask loads what is new. Calls made meanwhile wait for the same answer.
function ask() {
  asking ??= news().finally(() => { asking = null })
  return asking
}

async function news() {
  try {
    let now = await get('requests?after=' + known.last)
    if (known.run && now.run !== known.run) { // another run of the program: start anew
      forgetRequests()
      now = await get('requests')
    }
    if (now.run !== known.run || now.apis !== known.apis) await routes()
    addRequests(now.requests)
    known = {run: now.run, apis: now.apis, last: now.last}
    connected(true)
  } catch {
    connected(false)
  }
}

async function routes() {
  const served = await get('apis')
  const text = JSON.stringify({...served, version: 0})
  if (text === offered) return // only functions changed: the page keeps its state
  offered = text
  showRoutes(served, choose)
  offer(served)
}

function connected(is) {
  const text = is ? 'live' : 'not answering'
  if ($('connection').textContent !== text) $('connection').textContent = text
  $('connection').classList.toggle('lost', !is)
}

// found adds the form's request to the list, and returns the reason for its answer.
async function found(id) {
  await ask()
  await ask() // an earlier ask may have begun before the request
  if (id && location.hash === '#r-' + id) openRequest(id)
  return id ? reasonOf(id) : ''
}

function follow() {
  const id = location.hash.match(/^#r-(.+)$/)?.[1]
  if (id) openRequest(id)
}

addEventListener('hashchange', follow)
document.addEventListener('click', event => {
  const link = event.target.closest?.('a[href^="#r-"]')
  if (link && link.hash === location.hash) follow() // there is no hashchange event
})
document.addEventListener('visibilitychange', () => { if (!document.hidden) ask() })

start(found)
startRequests(async () => {
  await ask()
  await ask()
}, found)
await ask()
follow()
setInterval(() => { if (!document.hidden) ask() }, interval)
