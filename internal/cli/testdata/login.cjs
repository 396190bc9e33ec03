// Uses the pages of examples/spa and examples/cognito-hosted-domain in a browser, and answers each line of JSON with a
// line of JSON.
const [app, provider, pictures, axeFile] = args

// axeRules are the rules of axe-core: all rules and, in the dark scheme, again those about colours, which alone depend on it.
const axeRules = {light: {}, dark: {runOnly: ['color-contrast', 'link-in-text-block']}}
const wrong = [] // what the pages should not do
let context, page

async function start() {
  context = await newContext({viewport: {width: 1280, height: 900}, ignoreHTTPSErrors: true}) // for the certificate of a test's server
  page = await newTab()
}

// newTab opens a tab, which stays open: Chromium sometimes hangs when it closes a tab beside a page of the same site.
async function newTab() {
  const tab = await context.newPage()
  tab.on('pageerror', e => wrong.push(`error: ${e}`))
  tab.on('console', m => {
    // The browser logs each 401 and 403, which the tests provoke.
    const asked = /^Failed to load resource: the server responded with a status of 40[13] /.test(m.text())
    if (['error', 'warning'].includes(m.type()) && !asked) wrong.push(`console of ${tab.url()}: ${m.text()}`)
  })
  return tab
}

// settled waits until the app's page shows that no user is signed in, or shows the user with orders or a message.
const settled = tab => tab.waitForFunction(() => {
  const seen = id => document.getElementById(id)?.checkVisibility()
  return seen('signed-out') || seen('signed-in') && (document.querySelector('#list tr') || document.getElementById('message').textContent)
})

// state returns what the app's page shows.
const state = tab => tab.evaluate(() => {
  const text = id => document.getElementById(id).textContent
  return {
    url: location.href, signedIn: document.getElementById('signed-in').checkVisibility(), name: text('name'), message: text('message'),
    orders: [...document.querySelectorAll('#list tr')].map(r => [...r.cells].map(c => c.textContent).join(' | ')),
    focus: document.activeElement.id, text: document.documentElement.outerHTML,
  }
})

async function open(tab, path = '/') {
  await tab.goto(app + path)
  await settled(tab)
  return state(tab)
}

// said runs act and waits for the page's new message.
async function said(tab, act) {
  await tab.evaluate(() => { document.getElementById('message').textContent = '' })
  await act()
  await tab.waitForFunction(() => document.getElementById('message').textContent !== '')
  return state(tab)
}

// looks checks a page with axe-core in its present state, at each width and in each scheme.
async function looks(tab, name) {
  const found = []
  for (const [width, height] of [[1280, 900], [390, 844]]) for (const colorScheme of ['light', 'dark']) {
    await tab.setViewportSize({width, height})
    await tab.emulateMedia({colorScheme})
    if (pictures) await tab.screenshot({path: `${pictures}/${name}-${width}-${colorScheme}.png`})
    if (!await tab.evaluate(() => Boolean(window.axe))) await tab.evaluate(require('fs').readFileSync(axeFile, 'utf8'))
    const result = await tab.evaluate(options => axe.run(document, {resultTypes: ['violations', 'incomplete'], ...options}), axeRules[colorScheme])
    if (result.passes.length < (colorScheme === 'dark' ? 1 : 10)) found.push(`only ${result.passes.length} rules were applied`)
    for (const v of result.violations) for (const n of v.nodes) found.push(`${width} ${colorScheme}: ${v.id}: ${n.html}: ${n.failureSummary}`)
    const over = await tab.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    if (over > 0) found.push(`${width} ${colorScheme}: the page is ${over} pixels too wide`)
  }
  await tab.setViewportSize({width: 1280, height: 900})
  await tab.emulateMedia({colorScheme: null})
  return found
}

// tabTo presses Tab until the element has the focus, and notes each focus that is not visible.
async function tabTo(id) {
  for (let n = 0; n < 20; n++) {
    await page.keyboard.press('Tab')
    const f = await page.evaluate(() => ({id: document.activeElement.id, seen: getComputedStyle(document.activeElement).outlineStyle !== 'none'}))
    if (!f.seen) wrong.push(`the focus on ${f.id} is not seen`)
    if (f.id === id) return
  }
  throw new Error('the keyboard does not get to ' + id)
}

// toSignIn follows the link to the login with the keyboard.
async function toSignIn() {
  await tabTo('login')
  await page.keyboard.press('Enter')
  await page.waitForURL(url => url.href.startsWith(provider))
}

const commands = {
  open: ({path}) => open(page, path),
  toSignIn: () => toSignIn(),

  // signIn signs in on the provider's page with the keyboard, and returns what the app's page then shows.
  // At a user pool, it first selects the identity provider.
  async signIn({as, with: provider}) {
    const pages = []
    const note = frame => { if (frame === page.mainFrame()) pages.push(frame.url().replace(/[?#].*/, '')) }
    page.on('framenavigated', note)
    if (provider) {
      await page.check(`input[name=provider][value=${provider}]`)
      await page.focus('input[name=persona]:checked')
    }
    for (let n = 0; ; n++) {
      if (await page.$eval('input[name=persona]:checked', i => i.value) === 'persona ' + as) break
      if (n > 30) throw new Error('there is no persona ' + as)
      await page.keyboard.press('ArrowDown') // from the selected one, which has the focus
    }
    await page.keyboard.press('Enter')
    await page.waitForURL(app + '/')
    await settled(page)
    page.off('framenavigated', note)
    return {...await state(page), pages}
  },

  // federate sends sign-ins with one provider of a user pool to a pool of the test, with the value of the page's hidden field.
  async federate({with: provider, to}) {
    await page.route(url => url.pathname.endsWith('/oauth2/authorize'), route => {
      const form = new URLSearchParams(route.request().method() === 'POST' ? route.request().postData() : '')
      if (form.get('provider') !== provider) return route.continue()
      // The page's policy lets its form redirect only to the app. Therefore, the answer is a page that navigates.
      const on = `${to}?request=${encodeURIComponent(form.get('request'))}`
      return route.fulfill({contentType: 'text/html', body: `<meta http-equiv="refresh" content="0;url=${on}">`})
    })
  },

  // signInUpstream selects a provider on the pool's page, and signs in on the page that opens.
  async signInUpstream({with: provider, at, as}) {
    await page.check(`input[name=provider][value=${provider}]`)
    await page.click('button[value=sign-in]')
    await page.waitForURL(url => url.href.startsWith(at))
    await page.fill('input[name=subject]', as)
    await page.click('button:not([name])')
    await page.waitForURL(app + '/')
    await settled(page)
    return state(page)
  },

  state: () => state(page),
  address: () => page.url(),

  // order fills the form and submits it.
  order: ({item, quantity}) => said(page, async () => {
    await page.fill('#item', item)
    await page.fill('#quantity', String(quantity))
    await page.click('#order')
  }),

  // write adds a note, and everyone shows the notes of all users.
  write: ({text}) => said(page, async () => {
    await page.fill('#text', text)
    await page.click('#add')
  }),
  everyone: () => said(page, () => page.click('#everyone')),

  // logout logs out and follows the redirects, and back then goes back in the history.
  async logout({button = 'logout'}) {
    const pages = []
    const went = r => { if (r.isNavigationRequest() && r.frame() === page.mainFrame()) pages.push(r.url().replace(/[?#].*/, '')) }
    page.on('request', went) // redirects too
    await page.click('#' + button)
    await page.waitForFunction(() => document.getElementById('signed-out')?.checkVisibility())
    page.off('request', went)
    return {...await state(page), pages}
  },
  async back() {
    await page.goBack()
    await settled(page)
    return state(page)
  },

  // elsewhere logs out in another tab.
  async elsewhere() {
    const tab = await newTab()
    await open(tab)
    await tab.click('#logout')
    await tab.waitForFunction(() => document.getElementById('signed-out')?.checkVisibility())
  },

  // shelve imitates a browser's back/forward cache, which Playwright turns off in Chromium: the page is left and restored.
  async shelve() {
    const tell = name => page.evaluate(name => dispatchEvent(new PageTransitionEvent(name, {persisted: true})) && undefined, name)
    await tell('pagehide')
    const left = await state(page)
    await tell('pageshow')
    await settled(page)
    return {left, back: await state(page)}
  },

  cookies: () => context.cookies(app),

  // fetch makes a request from the app's page without session.js.
  fetch: ({path, options}) => page.evaluate(async ([path, options]) => {
    const answer = await fetch(path, options)
    return {status: answer.status, type: answer.headers.get('content-type'), body: await answer.text()}
  }, [path, options]),

  // navigate opens an address of the API in a new tab.
  async navigate({path, name}) {
    const tab = await newTab()
    const answer = await tab.goto(app + path)
    return {
      found: await looks(tab, name),
      status: answer.status(), type: answer.headers()['content-type'], body: await answer.text(),
      links: await tab.evaluate(() => [...document.links].map(l => l.href)),
    }
  },

  // submit opens a page of another origin, and submits its form to the API.
  async submit({from}) {
    const tab = await newTab()
    await tab.goto(from)
    const [answer] = await Promise.all([tab.waitForResponse(r => r.request().method() === 'POST'), tab.click('button')])
    return answer.status()
  },

  // expire waits until the session's token has expired. Then all tabs make concurrent requests with session.js.
  async expire({tabs, each}) {
    const all = [page]
    while (all.length < tabs) {
      all.push(await newTab())
      await open(all.at(-1))
    }
    // API Gateway caches the authorizer's answer for the whole Cookie header. Another cookie makes it call the authorizer.
    let turn = 0
    const another = () => context.addCookies([{name: 'turn', value: String(turn++), url: app}])
    for (let status = 200; status === 200; await page.waitForTimeout(250)) {
      await another()
      status = await page.evaluate(() => fetch('orders').then(a => a.status))
    }
    await another()
    const statuses = await Promise.all(all.map(tab => tab.evaluate(
      each => Promise.all(Array.from({length: each}, () => session.fetch('orders').then(a => a.status))), each)))
    return {statuses: statuses.flat(), who: await Promise.all(all.map(tab => tab.evaluate(() => session.who().then(w => w?.subject || ''))))}
  },

  axe: ({name}) => looks(page, name),

  wrong: () => wrong,
}

return start().then(() => line => {
  const {run, ...with_} = JSON.parse(line)
  return commands[run](with_)
})
