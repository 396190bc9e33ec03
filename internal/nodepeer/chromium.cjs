// Runs one Chromium, and the scripts of tests. Each connection begins with a line of JSON that has a script, its name and its
// arguments. The script answers each further line.
const {chromium} = require('playwright-core')
const [executablePath] = process.argv.slice(1)

const patience = 180000 // ms; the machine may be busy

// serve runs a script. The script's contexts end with the connection. If a script fails, serve sends its error without a
// newline and ends the connection.
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
        // Limit the time of calls that have no timeout.
        const late = setTimeout(() => connection.end(`the script takes too long: ${line}`), 2 * patience)
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
    '--disable-site-isolation-trials', '--renderer-process-limit=1'], // so that sites share a process
}).then(browser => {
  process.stdin.on('end', () => browser.close().finally(() => process.exit())).resume()
  const server = require('net').createServer(connection => serve(browser, connection))
  server.listen(0, '127.0.0.1', () => console.log(`127.0.0.1:${server.address().port}`))
})
