// Calls routes on the console page, opens the decision on the last request, and takes a picture in each colour scheme.
const {chromium} = require('playwright-core')
const [executablePath, url, folder] = process.argv.slice(2)

async function call(page, verb, route, scopes) {
  await page.selectOption('#route', {label: `${verb} ${route}`})
  if (await page.isVisible('#scopes')) await page.fill('#scopes', scopes) // a public route has no field for scopes
  await page.evaluate(() => { document.getElementById('outcome').textContent = '' })
  await page.click('#send')
  await page.waitForFunction(() => document.getElementById('outcome').textContent !== '')
}

async function main() {
  const browser = await chromium.launch({executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync']})
  try {
    const page = await browser.newPage({viewport: {width: 1280, height: 1080}})
    await page.goto(url)
    await page.waitForFunction(() => document.querySelectorAll('#route option').length > 0)
    await call(page, 'GET', '/prod/health', '')
    await call(page, 'GET', '/prod/orders', 'orders/read')
    await call(page, 'POST', '/prod/orders', 'orders/read')
    await page.click('#answer a')
    await page.locator('.steps').first().waitFor()
    await page.evaluate(() => { document.activeElement.blur(); scrollTo(0, 0) })
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({colorScheme})
      await page.screenshot({path: `${folder}/console-${colorScheme}.png`})
    }
  } finally {
    await browser.close()
  }
}

main().catch(e => { console.error(e); process.exit(1) })
