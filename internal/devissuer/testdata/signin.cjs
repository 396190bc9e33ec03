// Signs in with a browser, with the keyboard and without JavaScript, and checks the pages with axe-core. It answers each
// line of input with a line of JSON.
const {chromium} = require('playwright-core')
const [executablePath, axe, pictures] = process.argv.slice(1)

const patience = 180000 // in milliseconds, enough for a busy machine
// axeRules are the rules of axe-core: all rules and, in the dark scheme, again those about colours, which alone depend on it.
const axeRules = {light: {}, dark: {runOnly: ['color-contrast', 'link-in-text-block']}}
const wrong = [] // what the pages should not do
let browser, page

async function open() {
  browser = await chromium.launch({
    executablePath,
    timeout: patience,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync',
      '--disable-site-isolation-trials', '--renderer-process-limit=1'], // otherwise each site gets its own process
  })
  process.stdin.on('end', () => browser.close().finally(() => process.exit()))
  page = await newPage({})
}

async function newPage(options) {
  const p = await browser.newPage({viewport: {width: 1280, height: 900}, ...options})
  p.setDefaultTimeout(patience)
  p.on('pageerror', e => wrong.push(`error: ${e}`))
  p.on('console', m => {
    // The browser logs each 400, which the tests provoke.
    if (['error', 'warning'].includes(m.type()) && !m.text().startsWith('Failed to load resource')) wrong.push(`console: ${m.text()}`)
  })
  return p
}

// focused returns the element with the focus, and whether the focus is visible.
const focused = () => page.evaluate(() => {
  const e = document.activeElement
  return {tag: e.tagName, name: (e.name || '') + ' ' + (e.value || ''), seen: getComputedStyle(e).outlineStyle !== 'none'}
})

async function tabTo(name) {
  for (let n = 0; n < 30; n++) {
    const f = await focused()
    if (f.name.startsWith(name)) return
    await page.keyboard.press('Tab')
    const now = await focused()
    if (now.tag !== 'BODY' && !now.seen) wrong.push(`the focus is not seen: ${JSON.stringify(now)}`)
  }
  throw new Error('the keyboard does not get to ' + name)
}

const commands = {
  // see checks the page at url, or the open page, with axe-core at each width and in each scheme.
  async see([state, url]) {
    if (url) await page.goto(url)
    const found = []
    for (const [width, height] of [[1280, 900], [390, 844]]) for (const colorScheme of ['light', 'dark']) {
      await page.setViewportSize({width, height})
      await page.emulateMedia({colorScheme})
      if (pictures) await page.screenshot({path: `${pictures}/signin-${state}-${width}-${colorScheme}.png`, fullPage: true})
      if (!await page.evaluate(() => Boolean(window.axe))) await page.evaluate(require('fs').readFileSync(axe, 'utf8'))
      const result = await page.evaluate(options => axe.run(document, {resultTypes: ['violations', 'incomplete'], ...options}), axeRules[colorScheme])
      if (result.passes.length < (colorScheme === 'dark' ? 1 : 10)) found.push(`only ${result.passes.length} rules were applied`)
      for (const v of result.violations) for (const n of v.nodes) found.push(`${width} ${colorScheme}: ${v.id}: ${n.html}: ${n.failureSummary}`)
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      if (wide > 0) found.push(`${width}: the page is ${wide} px too wide`)
    }
    await page.setViewportSize({width: 1280, height: 900})
    return found
  },

  // fields returns the names of the visible fields.
  async fields() {
    return page.evaluate(() => [...document.querySelectorAll('input, textarea')].filter(e => e.checkVisibility()).map(e => e.name))
  },

  // choose goes to the radio buttons with the keyboard, and some steps down.
  async choose([steps]) {
    await tabTo('persona')
    for (let n = 0; n < +steps; n++) await page.keyboard.press('ArrowDown')
    return (await focused()).name
  },

  // type replaces a field's text.
  async type([name, ...text]) {
    await tabTo(name)
    await page.keyboard.press('Control+A')
    await page.keyboard.type(text.join(' '))
    return null
  },

  // press presses a key that submits the form, and returns the next page's URL and text.
  async press([key, until]) {
    const next = page.waitForEvent('framenavigated') // it happens after the key press
    await page.keyboard.press(key)
    await next
    if (until) await page.waitForURL(u => u.href.startsWith(until))
    await page.waitForLoadState()
    return [page.url(), await page.innerText('body')]
  },

  // plain signs in without JavaScript.
  async plain([url, until]) {
    const p = await newPage({javaScriptEnabled: false})
    await p.goto(url)
    await p.click('button[value=sign-in]')
    await p.waitForURL(u => u.href.startsWith(until))
    return [p.url(), await p.innerText('body')]
  },

  async wrong() { return wrong },
}

open().then(() => {
  console.log('ready')
  require('readline').createInterface({input: process.stdin}).on('line', line => {
    const [command, ...rest] = line.split(' ')
    commands[command](rest).then(v => console.log(JSON.stringify(v)), e => { console.error(e); process.exit(1) })
  })
})
