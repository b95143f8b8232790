// How fast the rooms are in Chromium, as JSON lines: node playground/bench/speed.mjs
//   ready              seconds from the navigation to a room that can be used, the median of five
//   ising              updates a second of 512 x 512 at T = 2.27, drawing included
//   rbm, rbm-native    digits a second of training 784 x H, pictures included; the same training in Node on one thread

import { load, RBM, readMnist } from '../../dist/index.mjs'
import { buildPlayground, servePlayground } from '../../scripts/lib/playground.mjs'
import { figure, openRoom, press, startBrowser } from './open.mjs'

const SECONDS = 8
const EPOCHS = 10
const wait = (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds))
const print = (line) => console.log(JSON.stringify(line))

await buildPlayground()
const { address, close } = await servePlayground({ port: 0 })
const browser = await startBrowser()

const ready = []
for (let k = 0; k < 5; k++) {
  const { page, seconds } = await openRoom(browser, address, 'ising')
  ready.push(seconds)
  await page.close()
}
print({ ready: ready.sort((a, b) => a - b)[2] })
print({ ising: await isingUpdates() })
const { train } = await readMnist()
const digits = { data: train.images.data.slice(0, 4000 * 784), shape: [4000, 784] }
for (const hidden of [128, 512]) {
  const [page, native] = [await rbmDigits(hidden), await nativeDigits(hidden)]
  print({ hidden, rbm: page, 'rbm-native': native, ratio: page / native })
}
await browser.close()
await close()

async function isingUpdates() {
  const { page } = await openRoom(browser, address, 'ising')
  await press(page, 'Run')
  await wait(1)
  const [before, begun] = [await figure(page, 'sweeps'), performance.now()]
  await wait(SECONDS)
  const sweeps = (await figure(page, 'sweeps')) - before
  const rate = (sweeps * 512 * 512) / ((performance.now() - begun) / 1000)
  await page.close()
  return rate
}

async function rbmDigits(hidden) {
  const { page } = await openRoom(browser, address, 'rbm')
  await page.getByLabel('Size').selectOption(`${hidden} hidden units`)
  await page.getByLabel('Epochs').fill(String(EPOCHS))
  await press(page, 'Train')
  await page.getByRole('button', { name: 'Stop' }).waitFor()
  await page.getByRole('button', { name: 'Train', exact: true }).waitFor({ timeout: 120_000 })
  const rate = await figure(page, 'digits a second')
  await page.close()
  return rate
}

async function nativeDigits(hidden) {
  await load({ backend: 'native', threads: 1 })
  const rbm = new RBM({ visible: 784, hidden, seed: 1 })
  const settings = { method: 'pcd', epochs: EPOCHS, batch: 100, learningRate: 0.05, seed: 1 }
  return (await rbm.fit(digits, settings)).history.at(-1).examplesPerSecond
}
