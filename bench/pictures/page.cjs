// Logs in on the page of examples/spa as a user who may only read, tries to order, and takes a picture of the page in
// each colour scheme.
const {chromium} = require('playwright-core')
const [executablePath, url, folder] = process.argv.slice(2)

async function main() {
  const browser = await chromium.launch({executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync']})
  try {
    const page = await browser.newPage({viewport: {width: 880, height: 610}})
    await page.goto(url)
    await page.click('#login')
    await page.check('input[value="persona orders:read only"]')
    await page.click('button[value=sign-in]')
    await page.locator('#list tr').first().waitFor()
    await page.fill('#item', 'Brass bell')
    await page.click('#order')
    await page.waitForFunction(() => document.getElementById('message').textContent !== '')
    await page.evaluate(() => document.activeElement.blur())
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({colorScheme})
      await page.screenshot({path: `${folder}/page-${colorScheme}.png`})
    }
  } finally {
    await browser.close()
  }
}

main().catch(e => { console.error(e); process.exit(1) })
