// Showing pages of the documentation's examples in Chromium, served from their folder.
import { createReadStream, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { chromium } from 'playwright'
import { which } from '../lib/run.mjs'
import { difference } from './compare.mjs'

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm', '.css': 'text/css' }
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking']
const LONGEST = 30_000

export class Browser {
  #browser

  /** Opens a file of a folder and waits for what it has to show: { output, error }. */
  async look(folder, file, expected) {
    const server = createServer((request, response) => serve(folder, request, response))
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
    const page = await (await this.#open()).newPage()
    const errors = []
    page.on('pageerror', ({ message }) => errors.push(message))
    page.on('requestfailed', (request) => errors.push(`${request.url()}: ${request.failure()?.errorText}`))
    try {
      await page.goto(`http://127.0.0.1:${server.address().port}/${file}`)
      return { output: await settled(page, expected, errors), error: errors[0] }
    } finally {
      await page.close()
      server.close()
    }
  }

  async #open() {
    const executablePath = process.env.CHROMIUM || which('chromium')
    this.#browser ??= await chromium.launch({ executablePath, args: FLAGS })
    return this.#browser
  }

  close = () => this.#browser?.close()
}

/** The text of the page, as soon as it is what is expected, or after a while. */
async function settled(page, expected, errors) {
  const end = Date.now() + LONGEST
  for (;;) {
    // biome-ignore lint/performance/useDomNodeTextContent: what a reader sees, without the texts of scripts
    const text = await page.locator('body').innerText()
    if (difference(text, expected) === undefined || errors.length > 0 || Date.now() > end) return text
    await page.waitForTimeout(50)
  }
}

function serve(folder, { url }, response) {
  const file = join(folder, normalize(decodeURIComponent(new URL(url, 'http://localhost').pathname)))
  const found = statSync(file, { throwIfNoEntry: false })?.isFile()
  // A browser asks for an icon by itself.
  if (!found) return response.writeHead(url === '/favicon.ico' ? 204 : 404).end()
  response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' })
  createReadStream(file).pipe(response)
}
