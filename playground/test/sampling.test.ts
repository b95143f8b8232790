/** The sampling room, driven as a person would. */

import type { Locator, Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { copiedCode, runInNode } from './support/copied.ts'
import { roomLaws } from './support/laws.ts'
import { visiting } from './support/visit.ts'

const SAMPLERS = ['Random walk', 'MALA', 'NUTS']

const figure = (page: Page, sampler: string, name: string): Locator =>
  page
    .getByRole('region', { name: sampler, exact: true })
    .locator('.numbers div', { has: page.locator('dt', { hasText: new RegExp(`^${name}$`) }) })
    .locator('dd')

const number = async (place: Locator) => Number((await place.textContent())!.replace(/[^\d.]/g, ''))

async function draws(page: Page, count: number): Promise<void> {
  for (let k = 1; k <= count; k++) {
    const before = await number(figure(page, 'NUTS', 'draws a chain'))
    await page.getByRole('button', { name: 'One draw' }).click()
    await expect.poll(() => number(figure(page, 'NUTS', 'draws a chain'))).toBe(before + 1)
  }
}

/** As fast as it goes, to the end of the run. */
async function runToTheEnd(page: Page): Promise<void> {
  await page.getByLabel('Pace').selectOption('as fast as it goes')
  await page.getByRole('button', { name: 'Run' }).click()
  await expect.poll(() => figure(page, 'NUTS', 'draws a chain').textContent(), { timeout: 50_000 }).toContain('end')
}

async function typeTarget(page: Page, text: string): Promise<void> {
  await page.getByLabel('Log density of x and y').fill(text)
  await page.keyboard.press('Enter')
}

roomLaws({
  id: 'sampling',
  title: 'Sampling',
  start: (page) => page.getByRole('button', { name: 'Run' }).click(),
  async pose(page) {
    await draws(page, 12)
  },
})

describe('Sampling room', () => {
  const room = visiting('sampling')

  it('draws what Node draws from the copied code', async () => {
    const { page } = room
    await draws(page, 14)
    const printed = await runInNode(await copiedCode(page))
    const lines = printed.trim().split('\n')
    expect(lines).toHaveLength(3)
    for (const [i, sampler] of SAMPLERS.entries()) {
      const [rHat, ess] = lines[i]!.match(/[\d.]+/g)!.map(Number)
      expect(await figure(page, sampler, 'R-hat').textContent()).toBe(rHat!.toFixed(3))
      expect(await figure(page, sampler, 'ESS').textContent()).toBe(ess!.toFixed(0))
    }
  })

  it('comes to agreement on a target that was typed in', async () => {
    const { page } = room
    await typeTarget(page, '-(x - 3)^2 / 2 - abs(y)')
    expect(await page.getByLabel('Target').inputValue()).toBe('typed')
    await expect.poll(() => figure(page, 'NUTS', 'draws a chain').textContent()).toBe('0')
    await runToTheEnd(page)
    for (const sampler of SAMPLERS) {
      expect(await number(figure(page, sampler, 'R-hat'))).toBeLessThan(1.02)
      expect(await number(figure(page, sampler, 'ESS'))).toBeGreaterThan(1000)
    }
    expect(await page.getByRole('button', { name: 'Run' }).isDisabled()).toBe(true)
  })

  it('refuses what means nothing with a sentence, and goes on with the target before', async () => {
    const { page } = room
    const failure = page.getByRole('alert')
    await typeTarget(page, '-x^2 - sine(y)')
    await expect.poll(() => failure.textContent()).toContain('got "sine" at character 8')
    await typeTarget(page, '-x^2')
    await expect.poll(() => failure.textContent()).toContain('to depend on the parameter y')
    await typeTarget(page, '-x^2 + 0 * y')
    await expect.poll(() => failure.textContent()).toContain('expected the density to fall off')
    await typeTarget(page, 'log(x) - x - y^2')
    await expect.poll(() => failure.textContent()).toContain('got NaN at x = [')
    await typeTarget(page, '-x^2 - y^2')
    await expect.poll(() => failure.count()).toBe(0)
    await draws(page, 1)
  })

  it('has built-in targets, and steps set by hand', async () => {
    const { page } = room
    await page.getByLabel('Target').selectOption('a forked wave (built in)')
    await expect.poll(() => page.getByLabel('Log density of x and y').inputValue()).toBe('')
    await page.getByLabel('Step size').selectOption('as set here, but of NUTS')
    await page.getByLabel('Step', { exact: true }).fill('0.05')
    await page.getByLabel('Pace').selectOption('ten draws a picture')
    await page.getByRole('button', { name: 'Run' }).click()
    await expect.poll(() => number(figure(page, 'Random walk', 'draws a chain'))).toBeGreaterThan(40)
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByRole('button', { name: 'Run' }).waitFor()
    // Steps far too short are nearly all accepted and lead nowhere.
    expect(await number(figure(page, 'Random walk', 'accepted'))).toBeGreaterThan(85)
    expect(await number(figure(page, 'Random walk', 'R-hat'))).toBeGreaterThan(1.2)
  })
})
