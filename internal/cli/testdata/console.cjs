// Uses the console in a browser with only the keyboard, and reports what it sees: one line of JSON for each line of input.
const [url, pictures, axe] = args

// axeRules are the rules of axe-core: all rules and, in the dark scheme, again those about colours, which alone depend on it.
const axeRules = {light: {}, dark: {runOnly: ['color-contrast', 'link-in-text-block']}}
const wrong = [] // what the page should not do
let page

async function open() {
  const context = await newContext({viewport: {width: 1280, height: 900}})
  page = await context.newPage()
  page.on('pageerror', e => wrong.push(`error: ${e}`))
  page.on('request', r => { if (new URL(r.url()).origin !== url) wrong.push(`a request to ${r.url()}`) })
  page.on('console', m => {
    // The browser notes each 401 and 403 of the API and the 400s for wrong fields, which are what is asked for.
    const asked = m.text().startsWith('Failed to load resource') && /^\/(v1\/|~\/(prepare|replay)$)/.test(new URL(m.location().url).pathname)
    if (['error', 'warning'].includes(m.type()) && !asked) wrong.push(`console: ${m.text()}`)
  })
  await page.goto(url + '/')
  await page.waitForFunction(() => document.querySelectorAll('#route option').length > 0)
}

// elsewhere makes a request as another client, not as the console.
const elsewhere = (method, path, headers, body) => new Promise((resolve, reject) => {
  const request = require('node:http').request(url + path, {method, headers}, answer => { answer.resume().on('end', resolve) })
  request.on('error', reject).end(body)
})

// focused returns the element with the focus: its ID, its name for assistive technology, and whether the focus is visible.
const focused = () => page.evaluate(() => {
  const e = document.activeElement
  const name = e.getAttribute('aria-label') || [...(e.labels || [])].map(l => l.textContent).join(' ') || e.textContent
  return {id: e.id, tag: e.tagName, href: e.getAttribute('href') || '', name: name.trim(), seen: getComputedStyle(e).outlineStyle !== 'none'}
})

// tabTo presses Tab until an element has the focus.
async function tabTo(is, key = 'Tab') {
  for (let n = 0; n < 150; n++) {
    await page.keyboard.press(key)
    const f = await focused()
    if (f.tag !== 'BODY' && (!f.name || !f.seen)) wrong.push(`the focus is not seen, or what has it has no name: ${JSON.stringify(f)}`)
    if (is(f)) return f
  }
  throw new Error('the keyboard does not get there: ' + is)
}

async function toField(id) {
  await page.evaluate(() => { document.activeElement.blur(); getSelection().removeAllRanges() })
  await tabTo(f => f.tag === 'A' && f.name === 'Skip to calling a route')
  await page.keyboard.press('Enter')
  await tabTo(f => f.id === id)
}

async function chooseRoute(text) {
  await toField('route')
  await page.keyboard.press('Home')
  for (let n = 0; n < 20; n++) {
    if (await page.$eval('#route', s => s.selectedOptions[0].textContent) === text) return
    await page.keyboard.press('ArrowDown')
  }
  throw new Error('there is no route ' + text)
}

// toCredential moves the focus to the selected radio button.
async function toCredential() {
  await toField('route')
  await tabTo(f => /^(a|my) /.test(f.name) && f.tag === 'INPUT')
}

async function fill(id, text) {
  await toField(id)
  await page.keyboard.press('Control+A')
  await page.keyboard.press('Delete')
  await page.keyboard.type(text)
}

// send submits the form, opens the decision, and reports both.
async function send() {
  await page.evaluate(() => { document.getElementById('outcome').textContent = '' })
  await tabTo(f => f.id === 'send')
  await page.keyboard.press('Enter')
  await page.waitForFunction(() => document.getElementById('outcome').textContent !== '')
  const outcome = await page.textContent('#outcome')
  const link = await tabTo(f => f.tag === 'A' && f.href.startsWith('#r-'))
  await page.keyboard.press('Enter')
  const item = page.locator(`[id="${link.href.slice(1)}"]`)
  await item.locator('.steps').waitFor()
  const f = await focused()
  return {
    outcome, status: await item.locator('.status').textContent(), onSummary: f.tag === 'SUMMARY',
    steps: await item.locator('.step').evaluateAll(all => all.map(s => ['.check', '.detail'].map(c => s.querySelector(c).innerText.replace(/\s+/g, ' ')).join(': '))),
    decision: await item.locator('.decision').innerText(),
  }
}

const commands = {
  // flow calls routes as a developer would.
  async flow() {
    const seen = {}
    await chooseRoute('GET /v1/orders')
    seen.allowed = await send()
    await toCredential()
    await page.keyboard.press('ArrowRight') // the token that was just made
    seen.again = await send()
    await toCredential()
    await page.keyboard.press('ArrowLeft')
    await fill('scopes', '')
    seen.refused = await send()
    await chooseRoute('GET /v1/signed')
    seen.signed = await send()
    await toCredential()
    await page.keyboard.press('ArrowRight')
    seen.unsigned = await send()
    await chooseRoute('GET /v1/orders')
    await fill('expires', 'soon')
    await page.keyboard.press('Enter')
    await page.waitForFunction(() => document.getElementById('form-error').textContent !== '')
    seen.error = {text: await page.textContent('#form-error'), focus: (await focused()).id, invalid: await page.getAttribute('#expires', 'aria-invalid')}
    await fill('expires', '1h')
    await fetch(url + '/v1/hello') // from elsewhere
    await page.waitForFunction(() => document.querySelector('#list .path').textContent === '/v1/hello')
    seen.list = await page.locator('#list .path').allTextContents()
    return seen
  },

  // looks measures the page at each width and in each scheme.
  async looks() {
    const seen = []
    for (const [width, height] of [[1280, 900], [400, 860]]) for (const colorScheme of ['light', 'dark']) {
      await page.setViewportSize({width, height})
      await page.emulateMedia({colorScheme})
      await page.evaluate(() => { for (const d of document.querySelectorAll('details')) d.open = true })
      await page.waitForFunction(() => ![...document.querySelectorAll('.decision')].some(d => !d.childElementCount))
      seen.push({width, colorScheme, ...await page.evaluate(measure)})
      if (pictures) {
        await page.evaluate(() => { for (const d of document.querySelectorAll('#list details:not(:has([id])), form details, #answer details')) d.open = false })
        await page.screenshot({path: `${pictures}/console-${width}-${colorScheme}.png`, fullPage: true})
      }
    }
    return seen
  },

  // axe checks the page with axe-core in its present state, with everything open, at each width and in each scheme.
  // Pictures of a state have its name.
  async axe(state) {
    const found = []
    for (const [width, height] of [[1280, 900], [390, 844]]) for (const colorScheme of ['light', 'dark']) {
      await page.setViewportSize({width, height})
      await page.emulateMedia({colorScheme})
      if (pictures) await page.screenshot({path: `${pictures}/${state}-${width}-${colorScheme}.png`, fullPage: true})
      await page.evaluate(() => { for (const d of document.querySelectorAll('details')) d.open = true })
      await page.waitForFunction(() => ![...document.querySelectorAll('.decision')].some(d => !d.childElementCount))
      if (!await page.evaluate(() => Boolean(window.axe))) await page.evaluate(require('fs').readFileSync(axe, 'utf8'))
      const result = await page.evaluate(options => axe.run(document, {resultTypes: ['violations', 'incomplete'], ...options}), axeRules[colorScheme])
      if (result.passes.length < (colorScheme === 'dark' ? 1 : 20)) found.push(`only ${result.passes.length} rules were applied`)
      for (const v of result.violations) for (const n of v.nodes) found.push(`${width} ${colorScheme}: ${v.id}: ${n.html}: ${n.failureSummary}`)
      await page.evaluate(() => { for (const d of document.querySelectorAll('#list > li > details')) d.open = false })
    }
    await page.setViewportSize({width: 1280, height: 900})
    return found
  },

  // use does what a developer does with the form, including actions that once failed.
  async use() {
    const seen = {}
    const form = () => page.evaluate(() => ({
      route: document.getElementById('route').value, disabled: document.getElementById('send').disabled, verb: document.getElementById('verb').value,
      body: document.getElementById('body').value, hint: document.getElementById('body-hint').textContent,
    }))
    const outcome = async act => {
      await page.evaluate(() => { document.getElementById('outcome').textContent = '' })
      await act()
      await page.waitForFunction(() => document.getElementById('outcome').textContent !== '')
      await page.waitForFunction(() => !document.getElementById('send').disabled)
      return page.textContent('#outcome')
    }
    await page.getByRole('button', {name: 'Try OPTIONS /orders', exact: true}).click()
    seen.preflight = await form()
    seen.preflightOutcome = await outcome(() => page.click('#send'))

    await page.selectOption('#route', 'POST /v1/orders')
    seen.model = await form()
    seen.modelOutcome = await outcome(() => page.press('#body', 'Control+Enter'))
    await page.fill('#body', '{"mine": true}')
    await page.selectOption('#route', 'GET /v1/orders')
    await page.selectOption('#route', 'POST /v1/orders')
    seen.typed = await form()
    seen.typedOutcome = await outcome(() => page.press('#body', 'Meta+Enter'))
    seen.why = await page.textContent('#why')

    const sent = await page.locator('#list > li').count()
    await page.fill('#expires', 'soon')
    await page.press('#expires', 'Control+Enter') // where Enter alone submits as well
    await page.waitForFunction(() => document.getElementById('form-error').textContent !== '')
    seen.refused = await page.evaluate(() => ({
      answerHidden: document.getElementById('answer').hidden, answer: document.getElementById('answer').textContent, outcome: document.getElementById('outcome').textContent,
    }))
    await page.fill('#expires', '1h')
    await page.selectOption('#route', 'GET /v1/orders')
    seen.once = await outcome(() => page.press('#scopes', 'Control+Enter'))
    seen.requests = await page.locator('#list > li').count() - sent
    seen.made = await page.locator('#answer .pairs:has(time)').evaluate(e => e.textContent)

    await page.fill('#scopes', 'orders/other')
    await page.fill('#expires', '2m')
    seen.scope = await outcome(() => page.press('#scopes', 'Control+Enter'))
    const item = page.locator('#list > li').first()
    await item.locator('summary').first().click()
    await item.locator('.steps').waitFor()
    seen.first = await item.locator('.decision > :first-child').textContent()
    seen.sent = await item.locator('.pairs:has(time)').evaluateAll(all => all.map(e => e.textContent))
    return seen
  },

  // again works with a request of another client, and with the settings that the page stores.
  async again() {
    const seen = {}
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    // Record copied texts when they are written, because Chromium may clear the clipboard later.
    const copied = async button => {
      await page.evaluate(() => {
        const clipboard = navigator.clipboard
        window.written = null
        if (Object.hasOwn(clipboard, 'write')) return
        const write = clipboard.write.bind(clipboard)
        clipboard.write = async items => {
          const done = write(items)
          const text = await (await items[0].getType('text/plain')).text()
          await done
          window.written = text
        }
      })
      const node = await button.elementHandle()
      for (let tries = 0; tries < 5; tries++) { // on a busy machine the browser may forget the click before the text is there
        await button.click()
        const text = await page.waitForFunction(b => window.written ?? b.textContent === 'Not copied', node)
        if (typeof await text.jsonValue() === 'string') break
        await page.waitForFunction(b => b.textContent !== 'Not copied', node)
      }
      return page.evaluate(() => window.written)
    }
    await elsewhere('POST', '/v1/made?fail=1&access_token=opaque-credential', {
      Origin: 'https://shop.example.com', Authorization: 'Bearer opaque-credential', 'Content-Type': 'application/json',
    }, '{"id": 7}')
    await page.waitForFunction(() => document.querySelector('#list .path').textContent === '/v1/made')
    const item = page.locator('#list > li').filter({hasText: '/v1/made'}).last()
    seen.line = await item.locator('summary').first().innerText()
    await item.locator('summary').first().click()
    await item.locator('.steps').waitFor()
    seen.decision = await item.locator('.decision').innerText()
    seen.curl = await copied(item.getByRole('button', {name: 'Copy as curl'}))
    seen.fetch = await copied(item.getByRole('button', {name: 'Copy as fetch'}))

    const replayed = async act => {
      await item.locator('.replayed').evaluate(e => e.replaceChildren())
      await act()
      await item.locator('.replayed :is(.status, .error)').first().waitFor()
      return item.locator('.replayed').innerText()
    }
    seen.replayed = await replayed(() => item.getByRole('button', {name: 'Replay'}).click())
    await item.getByRole('button', {name: 'Edit'}).click()
    const editor = item.locator('.editor')
    seen.target = await editor.locator('[name=target]').inputValue()
    seen.headers = await editor.locator('[name=headers]').inputValue()
    await editor.locator('[name=target]').fill('no slash')
    await editor.getByRole('button', {name: 'Send'}).click()
    await editor.locator('[aria-invalid]').waitFor()
    seen.refused = {text: await editor.locator('.error').innerText(), field: await editor.locator('[aria-invalid]').getAttribute('name')}
    await editor.locator('[name=target]').fill('/v1/made?access_token=[not shown]')
    await editor.locator('[name=body]').fill('{"id": 8}')
    seen.edited = await replayed(() => editor.locator('[name=body]').press('Control+Enter'))

    const listed = async () => ({paths: await page.locator('#list > li:visible .path').allTextContents(), said: await page.innerText('#filtered')})
    await page.fill('#filter', 'POST 5xx made')
    seen.words = await listed()
    await page.selectOption('#outcomes', 'good')
    seen.none = await listed()
    await page.fill('#filter', '')
    await page.selectOption('#outcomes', 'blocked')
    seen.blocked = await listed()
    await page.selectOption('#outcomes', 'failed')
    await item.getByRole('link', {name: 'Show the new request'}).click() // which is a 201, and hidden
    await page.waitForFunction(() => document.getElementById('outcomes').value === '')

    await item.getByRole('button', {name: 'To the form'}).click()
    seen.refilled = await page.evaluate(() => ['route', 'query', 'headers', 'body'].map(id => document.getElementById(id).value))
    await page.selectOption('#route', 'GET /v1/orders')
    await page.fill('#subject', 'ada')
    await page.fill('#scopes', 'orders/write extra')
    await page.locator('#more-persona').evaluate(d => { d.open = true })
    await page.fill('#persona-name', 'Ada')
    await page.press('#persona-name', 'Enter')
    await page.waitForFunction(() => document.getElementById('persona-said').textContent !== '')
    await page.reload()
    await page.waitForFunction(() => document.querySelectorAll('#route option').length > 0)
    const caller = () => page.evaluate(() => ['persona', 'subject', 'scopes'].map(id => document.getElementById(id).value))
    seen.kept = await caller()
    await page.selectOption('#route', 'POST /v1/orders')
    seen.still = await caller()
    seen.personas = await page.locator('#persona option').allTextContents()
    await page.selectOption('#persona', '')
    seen.without = await caller()

    const differences = page.locator('.differences')
    seen.differences = [await differences.locator('summary').innerText(), String(await differences.locator('li').first().isVisible())]
    await differences.locator('summary').click()
    seen.differences.push(...await differences.locator('li').allInnerTexts())

    await page.locator('.openapi > summary').click()
    await page.locator('.operation').first().waitFor()
    seen.operations = await page.locator('.operation > summary').allInnerTexts()
    const operation = page.locator('.operation').filter({hasText: 'POST /orders'})
    await operation.locator('summary').click()
    await page.fill('#body', 'mine')
    await operation.getByRole('button', {name: 'Try it'}).first().click()
    seen.tried = await page.evaluate(() => ['route', 'body'].map(id => document.getElementById(id).value))
    await page.selectOption('#example', {label: 'The required properties alone'})
    seen.example = await page.inputValue('#body')
    seen.ofForm = await copied(page.locator('#form').getByRole('button', {name: 'Copy as fetch'}))
    await page.locator('#list > li').filter({hasText: '/v1/made'}).last().locator('summary').first().click()
    await page.locator('#list > li').filter({hasText: '/v1/made'}).last().getByRole('button', {name: 'Edit'}).click()
    return seen
  },

  // clear removes the requests.
  async clear() {
    await page.click('#clear')
    await page.waitForFunction(() => document.getElementById('list').hidden && document.activeElement.id === 'requests')
    return {none: await page.isVisible('#none'), filters: await page.isVisible('#filters'), focus: (await focused()).id}
  },

  // held opens a decision, and reports how far it moves when other requests arrive.
  async held() {
    await page.setViewportSize({width: 1280, height: 900})
    await page.evaluate(() => { for (const d of document.querySelectorAll('details')) d.open = false })
    await page.evaluate(() => { document.getElementById('list').scrollTop = 0; document.querySelector('#list > li > details').open = true })
    await page.locator('#list > li > details[open] .steps').waitFor()
    const top = () => page.$eval('#list > li > details[open]', d => d.getBoundingClientRect().top)
    const before = await top(), listed = await page.locator('#list > li').count()
    for (let n = 0; n < 5; n++) await fetch(url + '/v1/hello')
    await page.waitForFunction(n => document.querySelectorAll('#list > li').length === n, listed + 5)
    return {moved: Math.round(await top() - before)}
  },

  // type selects a route and fills the form.
  async type() {
    await chooseRoute('GET /v1/orders')
    await fill('scopes', 'orders/read mine')
    return {}
  },

  async until(path) {
    await page.waitForFunction(p => [...document.querySelectorAll('table .path')].some(e => e.textContent === p), path)
    return {
      route: await page.$eval('#route', s => s.selectedOptions[0].textContent), scopes: await page.inputValue('#scopes'), focus: (await focused()).id,
      error: await page.textContent('#form-error'),
      options: await page.locator('#route option').allTextContents(), credentials: await page.locator('#credential label:visible').allInnerTexts(),
    }
  },

  async wrong() { return wrong },
}

// measure runs in the page.
function measure() {
  const rgb = text => { const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number); return {r, g, b, a} }
  const luminance = ({r, g, b}) => {
    const [x, y, z] = [r, g, b].map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    return 0.2126 * x + 0.7152 * y + 0.0722 * z
  }
  const ground = e => {
    for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.a === 1) return c }
    return {r: 255, g: 255, b: 255}
  }
  const faint = []
  let texts = 0
  for (const e of document.body.querySelectorAll('*')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) || e.matches('input:not([type=radio]), textarea, select')
    if (!own || !e.checkVisibility()) continue
    texts++
    const [a, b] = [luminance(rgb(getComputedStyle(e).color)), luminance(ground(e))].sort((x, y) => y - x)
    const ratio = (a + 0.05) / (b + 0.05)
    if (ratio < 4.5) faint.push(`${e.tagName}.${e.className}: ${ratio.toFixed(2)}`)
  }
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id)
  return {
    texts, faint: [...new Set(faint)], over: document.documentElement.scrollWidth - innerWidth,
    dark: luminance(rgb(getComputedStyle(document.body).backgroundColor)) < 0.2,
    unlabelled: [...document.querySelectorAll('input, select, textarea')].filter(e => !e.labels.length).map(e => e.id),
    unnamed: [...document.querySelectorAll('button, a, summary')].filter(e => !(e.getAttribute('aria-label') || e.textContent).trim()).length,
    twice: ids.filter((id, n) => ids.indexOf(id) !== n),
    broken: [...document.body.querySelectorAll('*')].flatMap(e => [...e.childNodes]).filter(n => n.nodeType === 3 && /^(null|undefined|NaN|\[object)/.test(n.data.trim())).length,
    credentialLines: new Set([...document.querySelectorAll('#credential label')].map(l => l.getBoundingClientRect().top)).size,
    headings: [...document.querySelectorAll('h1, h2')].map(h => h.textContent),
  }
}

return open().then(() => line => {
  const [name, ...rest] = line.split(' ')
  return commands[name](...rest)
})
