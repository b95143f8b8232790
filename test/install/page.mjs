// A page that uses the installed package: built by Vite, served, and opened in Chromium.
import { join } from 'node:path'
import { chromium } from 'playwright'
import { build, preview } from 'vite'

const PAGE = '<!doctype html><title>page</title><script type="module" src="./main.js"></script>'

/** Builds a page around a module of the project's and gives what it leaves in `globalThis.result`. */
export async function runInPage(project, main) {
  project.write('page/index.html', PAGE)
  project.write('page/main.js', main)
  const options = { root: join(project.folder, 'page'), configFile: false, logLevel: 'error' }
  await build({ ...options, build: { target: 'es2022' } })
  const server = await preview({ ...options, preview: { port: 0, host: '127.0.0.1' } })
  try {
    return await visit(server.resolvedUrls.local[0])
  } finally {
    await server.close()
  }
}

async function visit(url) {
  const executablePath = process.env.CHROMIUM || '/usr/bin/chromium'
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-quic'] })
  try {
    const page = await browser.newPage()
    const errors = []
    page.on('pageerror', (error) => errors.push(error.message))
    await page.goto(url)
    await page
      .waitForFunction(() => 'result' in globalThis, undefined, { timeout: 30_000 })
      .catch((error) => {
        throw new Error(`the page gave no result: ${errors.join('; ') || error.message}`)
      })
    return await page.evaluate(() => globalThis.result)
  } finally {
    await browser.close()
  }
}
