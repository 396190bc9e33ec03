// It runs one Chromium, and the scripts that tests send it: each connection begins with a line of JSON that has a script,
// its name and its arguments, and the script answers each further line.
const {chromium} = require('playwright-core')
const [executablePath] = process.argv.slice(1)

const patience = 180000 // ms that a busy machine may take

// serve runs a script, whose contexts end with the connection. Where a script fails, its error comes last, without the end
// of a line that an answer has.
async function serve(browser, connection) {
  const contexts = []
  connection.on('error', () => {}) // the test has ended
  connection.on('close', () => { for (const c of contexts) c.close().catch(() => {}) })
  const newContext = async options => {
    const context = await browser.newContext(options)
    contexts.push(context)
    context.setDefaultTimeout(patience)
    context.setDefaultNavigationTimeout(patience)
    return context
  }
  let answer
  try {
    for await (const line of require('readline').createInterface({input: connection})) {
      if (answer) {
        // What has no time-out of its own is bounded here.
        const late = setTimeout(() => connection.end(`it takes too long: ${line}`), 2 * patience)
        connection.write(JSON.stringify(await answer(line) ?? null) + '\n')
        clearTimeout(late)
        continue
      }
      const {script, name, args} = JSON.parse(line)
      const run = require('vm').compileFunction(script, ['require', 'newContext', 'args'], {filename: name})
      answer = await run(require, newContext, args)
      connection.write('ready\n')
    }
  } catch (e) {
    connection.end(e.stack.replace(/\s+/g, ' '))
  }
}

chromium.launch({
  executablePath,
  timeout: patience,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync',
    '--disable-site-isolation-trials', '--renderer-process-limit=1'], // or each site takes a process of its own
}).then(browser => {
  process.stdin.on('end', () => browser.close().finally(() => process.exit())).resume()
  const server = require('net').createServer(connection => serve(browser, connection))
  server.listen(0, '127.0.0.1', () => console.log(`127.0.0.1:${server.address().port}`))
})
