// A room of the built playground, opened in Chromium.
import { chromium } from 'playwright'
import { which } from '../../scripts/lib/run.mjs'

const FLAGS =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'

export async function startBrowser() {
  return chromium.launch({ executablePath: process.env.CHROMIUM || which('chromium'), args: FLAGS.split(' ') })
}

/** Opens a room in a page without a cache; `seconds`: from the navigation until the room can be used. */
export async function openRoom(browser, address, id) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
  const begun = performance.now()
  await page.goto(`${address}#/${id}`)
  await page.locator('.room[data-ready]').waitFor()
  return { page, seconds: (performance.now() - begun) / 1000 }
}

export const press = (page, name) => page.getByRole('button', { name, exact: true }).click()

/** The number that the room shows under a name. */
export async function figure(page, name) {
  const title = page.locator('dt', { hasText: new RegExp(`^${name}$`) })
  const text = await page.locator('.numbers div', { has: title }).locator('dd').textContent()
  return Number(text.replaceAll(',', '').split(' ')[0])
}
