// A page in Chromium, for nodepeer.Browse. Each line is {"page": URL, "url": URL, "options": {...}}. The script calls
// fetch(url, options) on a page of that origin, and answers what the page can read.

// ask runs in the page.
const ask = async ({ url, options }) => {
  try {
    const answer = await fetch(url, options)
    return { status: answer.status, body: await answer.text(), headers: Object.fromEntries(answer.headers) }
  } catch (error) {
    return { error: String(error) }
  }
}

return newContext().then(context => context.newPage()).then(page => async line => {
  const task = JSON.parse(line)
  if (!page.url().startsWith(task.page)) await page.goto(task.page)
  return page.evaluate(ask, task)
})
