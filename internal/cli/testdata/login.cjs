// Uses the pages of examples/spa and examples/cognito-hosted-domain in a browser, and answers each line of JSON with a line of JSON.
const [app, provider, pictures, axeFile] = args

// axeRules are the rules of axe-core: all, and in dark once more those that look at colours, the only ones that a scheme changes.
const axeRules = {light: {}, dark: {runOnly: ['color-contrast', 'link-in-text-block']}}
const wrong = [] // what the pages should not do
let context, page

async function start() {
  context = await newContext({viewport: {width: 1280, height: 900}, ignoreHTTPSErrors: true}) // of a test's own server
  page = await newTab()
}

// newTab opens a tab, which stays open: now and then Chromium does not end closing one beside a page of the same site.
async function newTab() {
  const tab = await context.newPage()
  tab.on('pageerror', e => wrong.push(`error: ${e}`))
  tab.on('console', m => {
    // The browser notes each 401 and 403, which are what is asked for.
    const asked = /^Failed to load resource: the server responded with a status of 40[13] /.test(m.text())
    if (['error', 'warning'].includes(m.type()) && !asked) wrong.push(`console of ${tab.url()}: ${m.text()}`)
  })
  return tab
}

// settled waits until the page of the app knows who is signed in, and has orders or says why not.
const settled = tab => tab.waitForFunction(() => {
  const seen = id => document.getElementById(id)?.checkVisibility()
  return seen('signed-out') || seen('signed-in') && (document.querySelector('#list tr') || document.getElementById('message').textContent)
})

// state is what a person sees of the app's page.
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

// said waits for a message that is not the one before.
async function said(tab, act) {
  await tab.evaluate(() => { document.getElementById('message').textContent = '' })
  await act()
  await tab.waitForFunction(() => document.getElementById('message').textContent !== '')
  return state(tab)
}

// looks has axe-core look at a page as it is now, at each width and in each scheme.
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

// tabTo presses Tab until something has the focus that one can see.
async function tabTo(id) {
  for (let n = 0; n < 20; n++) {
    await page.keyboard.press('Tab')
    const f = await page.evaluate(() => ({id: document.activeElement.id, seen: getComputedStyle(document.activeElement).outlineStyle !== 'none'}))
    if (!f.seen) wrong.push(`the focus on ${f.id} is not seen`)
    if (f.id === id) return
  }
  throw new Error('the keyboard does not get to ' + id)
}

// toSignIn follows the link to the login, by the keyboard.
async function toSignIn() {
  await tabTo('login')
  await page.keyboard.press('Enter')
  await page.waitForURL(url => url.href.startsWith(provider))
}

const commands = {
  open: ({path}) => open(page, path),
  toSignIn: () => toSignIn(),

  // signIn signs in on the provider's page, by the keyboard, and returns what is on the page of the app that comes first.
  // At a user pool it chooses what to sign in with before.
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
      await page.keyboard.press('ArrowDown') // from the one that is chosen, which has the focus
    }
    await page.keyboard.press('Enter')
    await page.waitForURL(app + '/')
    await settled(page)
    page.off('framenavigated', note)
    return {...await state(page), pages}
  },

  // federate has sign-ins with a provider of a user pool go on to a pool of the test's own, by the page's hidden field.
  async federate({with: provider, to}) {
    await page.route(url => url.pathname.endsWith('/oauth2/authorize'), route => {
      const form = new URLSearchParams(route.request().method() === 'POST' ? route.request().postData() : '')
      if (form.get('provider') !== provider) return route.continue()
      // The page's policy lets its form go on to the app alone, so this is a page, and no redirect.
      const on = `${to}?request=${encodeURIComponent(form.get('request'))}`
      return route.fulfill({contentType: 'text/html', body: `<meta http-equiv="refresh" content="0;url=${on}">`})
    })
  },

  // signInUpstream chooses a provider on the pool's page, and signs in where that leads.
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

  // write adds a note, and everyone shows those of all users.
  write: ({text}) => said(page, async () => {
    await page.fill('#text', text)
    await page.click('#add')
  }),
  everyone: () => said(page, () => page.click('#everyone')),

  // logout ends where the browser is sent, and back goes back from there.
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

  // shelve has the page be left and brought back as by a browser that keeps it, which Playwright has Chromium not do.
  async shelve() {
    const tell = name => page.evaluate(name => dispatchEvent(new PageTransitionEvent(name, {persisted: true})) && undefined, name)
    await tell('pagehide')
    const left = await state(page)
    await tell('pageshow')
    await settled(page)
    return {left, back: await state(page)}
  },

  cookies: () => context.cookies(app),

  // fetch makes a request from the app's page, without the help of session.js.
  fetch: ({path, options}) => page.evaluate(async ([path, options]) => {
    const answer = await fetch(path, options)
    return {status: answer.status, type: answer.headers.get('content-type'), body: await answer.text()}
  }, [path, options]),

  // navigate opens an address of the API itself in a tab of its own.
  async navigate({path, name}) {
    const tab = await newTab()
    const answer = await tab.goto(app + path)
    return {
      found: await looks(tab, name),
      status: answer.status(), type: answer.headers()['content-type'], body: await answer.text(),
      links: await tab.evaluate(() => [...document.links].map(l => l.href)),
    }
  },

  // submit opens a page of another origin, and submits the form on it, which goes to the API.
  async submit({from}) {
    const tab = await newTab()
    await tab.goto(from)
    const [answer] = await Promise.all([tab.waitForResponse(r => r.request().method() === 'POST'), tab.click('button')])
    return answer.status()
  },

  // expire waits until the token of the session has ended. Then all tabs make requests at once, as pages do by session.js.
  async expire({tabs, each}) {
    const all = [page]
    while (all.length < tabs) {
      all.push(await newTab())
      await open(all.at(-1))
    }
    // API Gateway keeps the authorizer's answer by the whole Cookie header: with another cookie, the authorizer is asked.
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
