/** The flows room, driven as a person would. */

import type { Locator, Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { copiedCode, runInNode } from './support/copied.ts'
import { roomLaws } from './support/laws.ts'
import { visiting } from './support/visit.ts'

const figure = (page: Page, name: string): Locator =>
  page.locator('.numbers div', { has: page.locator('dt', { hasText: new RegExp(`^${name}$`) }) }).locator('dd')

const number = async (page: Page, name: string) => Number.parseFloat((await figure(page, name).textContent())!)

async function epochs(page: Page, count: number): Promise<void> {
  for (let k = 0; k < count; k++) {
    const before = await number(page, 'epoch')
    await page.getByRole('button', { name: 'One epoch' }).click()
    await expect.poll(() => number(page, 'epoch')).toBe(before + 1)
  }
}

async function trainUntil(page: Page, epoch: number): Promise<void> {
  await page.getByRole('button', { name: 'Train', exact: true }).click()
  await expect.poll(() => number(page, 'epoch'), { timeout: 50_000 }).toBeGreaterThanOrEqual(epoch)
  await page.getByRole('button', { name: 'Pause' }).click()
  await page.getByRole('button', { name: 'Train', exact: true }).waitFor()
}

/** What a canvas shows, to tell whether it changes. */
const pixels = (canvas: Locator) => canvas.evaluate((element: HTMLCanvasElement) => element.toDataURL())

roomLaws({
  id: 'flows',
  title: 'Flows',
  start: (page) => page.getByRole('button', { name: 'Train', exact: true }).click(),
  pose: (page) => trainUntil(page, 80),
})

describe('Flows room', () => {
  const room = visiting('flows')

  it('learns what Node learns from the copied code', async () => {
    const { page } = room
    await page.getByLabel('Depth').selectOption('4 layers')
    await expect.poll(() => figure(page, 'epoch').textContent()).toBe('0 of 400')
    await epochs(page, 3)
    const printed = await runInNode(await copiedCode(page))
    const [epoch, trained, heldOut] = printed.match(/-?\d+(\.\d+)?/g)!.map(Number)
    expect(epoch).toBe(3)
    expect(trained!.toFixed(3)).toBe(await figure(page, 'log p, trained on').textContent())
    expect(heldOut!.toFixed(3)).toBe(await figure(page, 'log p, held out').textContent())
  })

  it('bends the grid as it trains, and comes near to the truth', async () => {
    const { page } = room
    const plane = page.getByRole('img', { name: 'The density of the flow, and the grid' })
    const before = await pixels(plane)
    await trainUntil(page, 60)
    expect(await pixels(plane)).not.toBe(before)
    const missing = (await number(page, 'log p, the truth')) - (await number(page, 'log p, held out'))
    expect(missing).toBeGreaterThan(-0.1)
    expect(missing).toBeLessThan(0.3)
  })

  it.each(['NICE', 'planar layers'])('trains %s', async (kind) => {
    const { page } = room
    await page.getByLabel('Flow', { exact: true }).selectOption(kind)
    await page.getByLabel('Points', { exact: true }).selectOption('eight Gaussians')
    await expect.poll(() => figure(page, 'epoch').textContent()).toBe('0 of 400')
    await epochs(page, 1)
    const first = await number(page, 'log p, held out')
    await trainUntil(page, 20)
    expect(await number(page, 'log p, held out')).toBeGreaterThan(first)
  })

  it('learns points that are drawn with the mouse', async () => {
    const { page } = room
    await page.getByLabel('Flow', { exact: true }).selectOption('Real NVP')
    const box = (await page.getByRole('application').boundingBox())!
    const at = (across: number, down: number) => [box.x + across * box.width, box.y + down * box.height] as const
    await page.mouse.move(...at(0.2, 0.5))
    await page.mouse.down()
    await page.mouse.move(...at(0.8, 0.5), { steps: 40 })
    await page.mouse.up()
    expect(await page.getByLabel('Points', { exact: true }).inputValue()).toBe('drawn')
    await page.getByText('164 points.').waitFor()
    await expect.poll(() => figure(page, 'epoch').textContent()).toBe('0 of 400')
    await epochs(page, 2)
    expect(await figure(page, 'log p, held out').textContent()).toBe('–')
    const printed = await runInNode(await copiedCode(page))
    const [, trained] = printed.match(/-?\d+(\.\d+)?/g)!.map(Number)
    expect(trained!.toFixed(3)).toBe(await figure(page, 'log p, trained on').textContent())
  })

  it('learns points that are drawn with the keys, once there are enough', async () => {
    const { page } = room
    await page.getByRole('button', { name: 'Clear the drawing' }).click()
    await page.getByText('0 points; at least 50 are wanted.').waitFor()
    expect(await page.getByRole('button', { name: 'Train', exact: true }).isDisabled()).toBe(true)
    await page.getByRole('application').focus()
    for (let k = 0; k < 5; k++) {
      await page.keyboard.press('ArrowRight')
      await page.keyboard.press('Space')
    }
    await page.getByText('60 points.').waitFor()
    await expect.poll(() => figure(page, 'epoch').textContent()).toBe('0 of 400')
    await epochs(page, 1)
  })
})
