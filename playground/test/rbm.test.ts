/** The RBM room, driven as a person would. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { copiedCode, runInNode } from './support/copied.ts'
import { decimals, figure } from './support/figures.ts'
import { roomLaws } from './support/laws.ts'
import { visiting } from './support/visit.ts'

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

async function train(page: Page, epochs: number): Promise<void> {
  const before = Number(await figure(page, 'epochs').textContent())
  await page.getByLabel('Epochs').fill(String(epochs))
  await press(page, 'Train')
  await expect.poll(() => figure(page, 'epochs').textContent()).toBe(String(before + epochs))
  await page.getByRole('button', { name: 'Train', exact: true }).waitFor()
}

/** The pixels of a picture, one number each. */
function pixels(page: Page, name: RegExp): Promise<number[]> {
  return page.getByRole('img', { name }).evaluate((element) => {
    const { width, height } = element as HTMLCanvasElement
    const copy = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!
    copy.drawImage(element as HTMLCanvasElement, 0, 0)
    const { data } = copy.getImageData(0, 0, width, height)
    return Array.from({ length: width * height }, (_, i) => data[4 * i]!)
  })
}

const mean = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length

roomLaws({
  id: 'rbm',
  title: 'Restricted Boltzmann machine',
  start: (page) => press(page, 'Train'),
  async pose(page) {
    await train(page, 3)
  },
})

describe('RBM room', () => {
  const room = visiting('rbm')

  it('learns what Node learns by the copied code', async () => {
    const { page } = room
    await page.getByLabel('Size').selectOption('64 hidden units')
    await expect.poll(() => figure(page, 'hidden units').textContent()).toBe('64')
    await train(page, 2)
    expect(await figure(page, 'epochs').textContent()).toBe('2')
    const scores = decimals(await runInNode(withoutTheRest(await copiedCode(page))))
    expect(scores).toHaveLength(2)
    expect(scores[1]!.toFixed(2)).toBe(await figure(page, 'pseudo-log-likelihood').textContent())
  })

  it('goes on with the training, and its fantasies and filters change', async () => {
    const { page } = room
    const before = [await pixels(page, /weights/), await pixels(page, /dreamt/)]
    const score = Number(await figure(page, 'pseudo-log-likelihood').textContent())
    await train(page, 2)
    expect(await figure(page, 'epochs').textContent()).toBe('4')
    expect(Number(await figure(page, 'pseudo-log-likelihood').textContent())).toBeGreaterThan(score)
    expect([await pixels(page, /weights/), await pixels(page, /dreamt/)]).not.toEqual(before)
  })

  it('stops when told to', async () => {
    const { page } = room
    await page.getByLabel('Epochs').fill('200')
    await press(page, 'Train')
    await press(page, 'Stop')
    await page.getByRole('button', { name: 'Train', exact: true }).waitFor()
    expect(Number(await figure(page, 'epochs').textContent())).toBeLessThan(200)
  })

  it('completes the half that is drawn, by mouse', async () => {
    const { page } = room
    const completed = () => pixels(page, /completed/)
    await press(page, 'Clear')
    const empty = await completed()
    const box = (await page.getByRole('application', { name: /Half a digit/ }).boundingBox())!
    await page.mouse.move(box.x + 0.3 * box.width, box.y + 0.2 * box.height)
    await page.mouse.down()
    await page.mouse.move(box.x + 0.7 * box.width, box.y + 0.2 * box.height, { steps: 30 })
    await page.mouse.up()
    await expect.poll(completed).not.toEqual(empty)
    // What was drawn is there, and the model has put something below it.
    const upper = (await completed()).slice(0, 392)
    await expect.poll(async () => mean((await completed()).slice(0, 392))).toBeLessThan(250)
    expect(Math.min(...upper)).toBeLessThan(60)
    expect(Math.min(...(await completed()).slice(392))).toBeLessThan(240)
  })

  it('saves the model, and opens it again; another file is refused in a sentence', async () => {
    const { page } = room
    const download = page.waitForEvent('download')
    await press(page, 'Save the model')
    const file = join(await mkdtemp(join(tmpdir(), 'playground-')), 'model.safetensors')
    await (await download).saveAs(file)
    await page.getByLabel('Size').selectOption('128 hidden units')
    await expect.poll(() => figure(page, 'hidden units').textContent()).toBe('128')
    const filters = await pixels(page, /weights/)
    const drop = page.getByLabel('Model file')
    await drop.setInputFiles(file)
    await rm(dirname(file), { recursive: true })
    await expect.poll(() => figure(page, 'hidden units').textContent()).toBe('64')
    expect(await pixels(page, /weights/)).not.toEqual(filters)
    await drop.setInputFiles({ name: 'text.txt', mimeType: 'text/plain', buffer: Buffer.from('not a model') })
    await expect.poll(() => page.getByRole('alert').textContent()).toMatch(/expected/)
    expect(await figure(page, 'hidden units').textContent()).toBe('64')
  })
})

/** The training alone: completing 4,000 digits and saving them is not what is compared. */
function withoutTheRest(code: string): string {
  return code.slice(0, code.indexOf('const { probabilities }'))
}
