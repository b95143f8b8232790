/** The Ising room, driven as a person would. */

import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { copiedCode, runInNode } from './support/copied.ts'
import { decimals, figure } from './support/figures.ts'
import { roomLaws } from './support/laws.ts'
import { visiting } from './support/visit.ts'

async function sweeps(page: Page, count: number): Promise<void> {
  const already = Number(await figure(page, 'sweeps').textContent())
  for (let k = 1; k <= count; k++) {
    await page.getByRole('button', { name: 'One sweep' }).click()
    await expect.poll(() => figure(page, 'sweeps').textContent()).toBe(String(already + k))
  }
}

roomLaws({
  id: 'ising',
  title: 'Ising lattice',
  start: (page) => page.getByRole('button', { name: 'Run' }).click(),
  async pose(page) {
    await sweeps(page, 20)
  },
})

describe('Ising room', () => {
  const room = visiting('ising')

  it('shows the lattice that Node computes from the copied code', async () => {
    await sweeps(room.page, 5)
    const printed = await runInNode(await copiedCode(room.page))
    const [magnetisation, energy] = decimals(printed)
    expect(magnetisation!.toFixed(4)).toBe(await figure(room.page, 'magnetisation').textContent())
    expect(energy!.toFixed(4)).toBe(await figure(room.page, 'energy of a site').textContent())
  })

  it('runs, follows the field, and pauses', async () => {
    const { page } = room
    await page.getByLabel('Size').selectOption('64 × 64')
    await page.getByRole('button', { name: 'Run' }).click()
    await page.getByLabel('Field h').fill('1')
    await expect.poll(async () => Number(await figure(page, 'magnetisation').textContent())).toBeGreaterThan(0.9)
    await page.getByLabel('Field h').fill('-1')
    await expect.poll(async () => Number(await figure(page, 'magnetisation').textContent())).toBeLessThan(-0.9)
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByRole('button', { name: 'Run' }).waitFor()
  })

  it('starts anew in one direction when told so', async () => {
    const { page } = room
    await page.getByLabel('Field h').fill('0')
    await page.getByLabel('Start').selectOption('all up (cold)')
    await expect.poll(() => figure(page, 'magnetisation').textContent()).toBe('1.0000')
    await page.getByRole('button', { name: 'Hot' }).click()
    await sweeps(page, 20)
    expect(Number(await figure(page, 'magnetisation').textContent())).toBeLessThan(0.3)
  })
})
