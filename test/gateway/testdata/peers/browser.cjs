// A page in Chromium, driven by playwright-core (https://playwright.dev): node -e <this> -- <executable>. Each line of its
// standard input is {"page": URL, "url": URL, "options": {...}}. It calls fetch(url, options) on a page of that origin, and
// writes a line with what the page can read.
const { createInterface } = require('node:readline')
const { chromium } = require('playwright-core')

const patience = 180000 // ms; the machine may be busy

// ask runs in the page.
const ask = async ({ url, options }) => {
  try {
    const answer = await fetch(url, options)
    return { status: answer.status, body: await answer.text(), headers: Object.fromEntries(answer.headers) }
  } catch (error) {
    return { error: String(error) }
  }
}

async function main () {
  const browser = await chromium.launch({
    executablePath: process.argv[1],
    timeout: patience,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync',
      '--disable-site-isolation-trials', '--renderer-process-limit=1'], // so that sites share a process
  })
  const page = await browser.newPage()
  page.setDefaultTimeout(patience)
  console.log('ready')
  for await (const line of createInterface({ input: process.stdin })) {
    const task = JSON.parse(line)
    if (!page.url().startsWith(task.page)) await page.goto(task.page)
    console.log(JSON.stringify(await page.evaluate(ask, task)))
  }
  await browser.close()
}
main()
