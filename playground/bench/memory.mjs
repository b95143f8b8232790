// Whether memory stays where it is while a room works: node playground/bench/memory.mjs <room> [minutes, default 5]
// Prints the resident memory of the page's process (page and worker) every ten seconds, then that of the last minute against the second.
import { readFileSync } from 'node:fs'
import { buildPlayground, servePlayground } from '../../scripts/lib/playground.mjs'
import { openRoom, press, startBrowser } from './open.mjs'

const START = { hopfield: 'Recall', ising: 'Run', rbm: 'Train', sampling: 'Run', flows: 'Train' }
const EVERY = 10
const [room, minutes = '5'] = process.argv.slice(2)

await buildPlayground()
const { address, close } = await servePlayground({ port: 0 })
const browser = await startBrowser()
const { page } = await openRoom(browser, address, room)
const session = await browser.newBrowserCDPSession()
if (room === 'rbm') await page.getByLabel('Epochs').fill('200')

const samples = []
for (let seconds = 0; seconds < 60 * Number(minutes); seconds += EVERY) {
  // What has come to its end begins again.
  if (await page.getByRole('button', { name: START[room], exact: true }).isVisible()) await press(page, START[room])
  await new Promise((resolve) => setTimeout(resolve, 1000 * EVERY))
  samples.push(await residentMegabytes())
  console.log(`${seconds + EVERY} s  ${samples.at(-1).toFixed(1)} MB`)
}
const mean = (numbers) => numbers.reduce((a, b) => a + b, 0) / numbers.length
const perMinute = 60 / EVERY
const [early, late] = [mean(samples.slice(perMinute, 2 * perMinute)), mean(samples.slice(-perMinute))]
console.log(`${room}: ${early.toFixed(1)} MB in the second minute, ${late.toFixed(1)} MB in the last one`)
await browser.close()
await close()

/** Of the largest renderer: the one with the page. */
async function residentMegabytes() {
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  const sizes = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => resident(id))
  return Math.max(...sizes) / 1024
}

function resident(pid) {
  return Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+) kB/)[1])
}
