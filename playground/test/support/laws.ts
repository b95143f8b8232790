/** What holds for every room. */

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { longestTask } from './main-thread.ts'
import { comparePicture } from './pictures.ts'
import { type Visit, visit } from './visit.ts'

export interface RoomUnderTest {
  readonly id: string
  /** The level-one heading. */
  readonly title: string
  /** Sets going what the room is about, as a person would, and returns while it runs. */
  start(page: Page): Promise<void>
  /** Brings the room to a state worth a picture, the same on every machine as far as that goes. */
  pose(page: Page): Promise<void>
}

const PHONE = { width: 360, height: 740 }
const LONGEST_TASK = 50
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Specs for one room: quiet, accessible in both themes, fit for a phone, smooth while it works, and as pictured. */
export function roomLaws(room: RoomUnderTest): void {
  describe(`laws of the room ${room.id}`, () => {
    it('is as pictured, and accessible in dark', async () => {
      await during(visit(room.id, { colorScheme: 'light' }), async ({ page }) => {
        expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(room.title)
        await room.pose(page)
        await comparePicture(page, room.id)
        await page.emulateMedia({ colorScheme: 'dark' })
        expect(await violations(page)).toEqual([])
      })
    })

    it('works at phone width without scrolling sideways, and is accessible in light', async () => {
      await during(visit(room.id, { viewport: PHONE, hasTouch: true }), async ({ page }) => {
        await room.pose(page)
        const width = await page.evaluate(() => document.documentElement.scrollWidth)
        expect(width).toBeLessThanOrEqual(PHONE.width)
        expect(await violations(page)).toEqual([])
      })
    })

    it('leaves the main thread free while it works, and nothing jumps', async () => {
      await during(visit(room.id), async ({ page }) => {
        const longest = await longestTask(page, async () => {
          await room.start(page)
          await page.waitForTimeout(1500)
        })
        expect(longest).toBeGreaterThan(0)
        expect(longest).toBeLessThan(LONGEST_TASK)
        expect(await page.evaluate(() => window.layoutShift)).toBeLessThan(0.01)
      })
    })
  })
}

/** Runs a visit; at its end nothing must have gone wrong in it. */
async function during(coming: Promise<Visit>, body: (visit: Visit) => Promise<void>): Promise<void> {
  const current = await coming
  try {
    await body(current)
    expect(current.faults).toEqual({ console: [], foreign: [] })
  } finally {
    await current.close()
  }
}

/** What axe finds, as short texts. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(): Promise<{ violations: AxeViolation[] }> } }
    const { violations } = await axe.run()
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)
  })
}

interface AxeViolation {
  readonly id: string
  readonly nodes: readonly { readonly html: string }[]
}
