// A page in Chromium, driven by playwright-core (https://playwright.dev): node -e <this> -- <executable>. Each line of its
// standard input is {"page": URL, "url": URL, "options": {...}}: from a page of that origin it calls fetch(url, options),
// and it writes what the page can read of it as a line.
const { createInterface } = require('node:readline')
const { chromium } = require('playwright-core')

const patience = 180000 // ms that a busy machine may take

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
      '--disable-site-isolation-trials', '--renderer-process-limit=1'], // or each site takes a process of its own
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
