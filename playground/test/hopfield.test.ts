/** The Hopfield room, driven as a person would. */

import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { copiedCode, runInNode } from './support/copied.ts'
import { figure } from './support/figures.ts'
import { roomLaws } from './support/laws.ts'
import { visiting } from './support/visit.ts'

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const editor = (page: Page) => page.getByRole('application', { name: /state of the network/ })

/** Recall, to the end. */
async function recall(page: Page): Promise<void> {
  await page.getByLabel('Speed').fill('2000')
  await press(page, 'Recall')
  await expect.poll(() => figure(page, 'run').textContent()).toBe('arrived')
}

roomLaws({
  id: 'hopfield',
  title: 'Hopfield network',
  async start(page) {
    await press(page, 'Add noise')
    await press(page, 'Recall')
  },
  async pose(page) {
    await press(page, 'Cover half')
    await recall(page)
  },
})

describe('Hopfield room', () => {
  const room = visiting('hopfield')

  it('brings back the covered half, as Node does by the copied code', async () => {
    const { page } = room
    await press(page, 'Cover half')
    const before = Number(await figure(page, 'energy').textContent())
    await recall(page)
    expect(await figure(page, 'nearest stored').textContent()).toBe('letter G, 100 %')
    expect(Number(await figure(page, 'energy').textContent())).toBeLessThan(before)
    const [flips, energy] = (await runInNode(await copiedCode(page))).match(/-?\d[\d.]*/g)!
    expect(flips).toBe(await figure(page, 'flips').textContent())
    expect(Number(energy).toFixed(3)).toBe(await figure(page, 'energy').textContent())
  })

  it('goes unit by unit', async () => {
    const { page } = room
    await press(page, 'Add noise')
    await press(page, 'One unit')
    await expect.poll(() => figure(page, 'units looked at').textContent()).toBe('1')
    await press(page, 'One unit')
    await expect.poll(() => figure(page, 'units looked at').textContent()).toBe('2')
  })

  it('is drawn in by mouse and by keys, and stores the drawing', async () => {
    const { page } = room
    await press(page, 'Clear')
    const box = (await editor(page).boundingBox())!
    const at = (part: number) => [box.x + part * box.width, box.y + box.height / 2] as const
    await page.mouse.move(...at(0.1))
    await page.mouse.down()
    await page.mouse.move(...at(0.9), { steps: 20 })
    await page.mouse.up()
    await editor(page).press('ArrowRight')
    await expect.poll(() => editor(page).getByRole('status').textContent()).toMatch(/row 1, column 2: empty/)
    await editor(page).press('Space')
    await expect.poll(() => editor(page).getByRole('status').textContent()).toMatch(/row 1, column 2: drawn/)
    await press(page, 'Store this drawing')
    await page.getByRole('button', { name: 'drawing 1', pressed: true }).waitFor()
    await expect.poll(() => figure(page, 'nearest stored').textContent()).toBe('drawing 1, 100 %')
  })

  it('learns by every rule, and says in a sentence what a rule cannot do', async () => {
    const { page } = room
    for (const rule of ["Hebb's rule", 'contrastive', "Hebb's rule, then unlearning", 'pseudo-inverse']) {
      await page.getByLabel('Learning rule').selectOption(rule)
      await expect.poll(() => figure(page, 'stored and stable').textContent(), { message: rule }).toMatch(/^\d of 5$/)
    }
    await expect.poll(() => figure(page, 'stored and stable').textContent()).toBe('5 of 5')
    await press(page, 'Store this drawing')
    await expect.poll(() => page.getByRole('alert').textContent()).toMatch(/pattern/)
    await page.getByRole('button', { name: 'drawing 2' }).click()
    await page.getByRole('alert').waitFor({ state: 'detached' })
  })

  it('lists attractors, and shows the one that is pressed', async () => {
    const { page } = room
    const list = page.getByRole('region', { name: 'Where random states end' })
    expect(Number(await figure(page, 'spurious attractors').textContent())).toBeGreaterThanOrEqual(0)
    await list.getByRole('button', { name: /^letter I/ }).click()
    await expect.poll(() => figure(page, 'nearest stored').textContent()).toBe('letter I, 100 %')
  })
})
