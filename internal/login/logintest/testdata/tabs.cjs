// Two tabs of one browser that load the session's script: node -e <this> -- <server> <address of the script> <script>.
// The server answers for the origin. A line "GET /orders" makes each tab fetch that five times at once. The answer is a list
// of the statuses.
const vm = require('node:vm')
const [, server, address, script] = process.argv

// The method request(name, callback) of the Web Locks API (https://w3c.github.io/web-locks/): one holder for each origin.
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
