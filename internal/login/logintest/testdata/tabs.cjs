// Two tabs of one browser that load the session's script: node -e <this> -- <server> <address of the script> <script>.
// The server answers for the origin. A line "GET /orders" has each tab fetch that five times at once, and is answered by
// a list of the statuses.
const vm = require('node:vm')
const [, server, address, script] = process.argv

// The Web Locks API as far as request(name, callback) goes (https://w3c.github.io/web-locks/): one at a time an origin.
const held = new Map()
const locks = {
  request (name, work) {
    const result = (held.get(name) ?? Promise.resolve()).then(() => work())
    held.set(name, result.catch(() => {}))
    return result
  },
}

const newTab = (number) => {
  const context = vm.createContext({
    URL, Request, ReadableStream, console,
    navigator: { locks },
    document: { currentScript: { src: address } },
    location: { assign () {} },
    addEventListener () {},
    fetch: (to, { method = 'GET', credentials } = {}) => {
      if (credentials !== 'include') throw new Error('without credentials')
      const url = new URL(to, address)
      return fetch(server + url.pathname + url.search, { method, headers: { Tab: String(number) } })
    },
  })
  context.window = context
  vm.runInContext(script, context)
  return context.session
}

const tabs = [newTab(0), newTab(1)]
require('node:readline').createInterface({ input: process.stdin })
  .on('line', async (line) => {
    const [method, path] = line.split(' ')
    const answers = await Promise.all([0, 1, 0, 1, 0, 1, 0, 1, 0, 1].map((tab) => tabs[tab].fetch(path, { method })))
    console.log(JSON.stringify(answers.map((answer) => answer.status)))
  })
  .on('close', () => process.exit())
console.log('ready')
