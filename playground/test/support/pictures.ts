/** Pictures of the rooms: docs/images/playground-<room>.png, written when asked and compared loosely otherwise. */

import { existsSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { decode } from 'fast-png'
import pixelmatch from 'pixelmatch'
import type { Page } from 'playwright'
import { expect } from 'vitest'

/** Part of the pixels that may differ: fonts, and what moves, are not the same everywhere. */
const LOOSE = 0.25

/**
 * Compares the page with its picture. `PLAYGROUND_PICTURES=write` writes the picture instead.
 * Sizes may differ by a tenth: fonts of another machine wrap elsewhere. The part that both have is compared.
 */
export async function comparePicture(page: Page, id: string): Promise<void> {
  const file = resolve(`docs/images/playground-${id}.png`)
  const shot = await page.screenshot({ fullPage: true, animations: 'disabled' })
  if (process.env['PLAYGROUND_PICTURES'] === 'write') return writeFileSync(file, shot)
  expect(existsSync(file), `${file} is missing: PLAYGROUND_PICTURES=write makes it`).toBe(true)
  const [now, then] = [decode(shot), decode(await readFile(file))]
  expect(Math.abs(now.height / then.height - 1)).toBeLessThan(0.1)
  expect(now.width).toBe(then.width)
  const [width, height] = [now.width, Math.min(now.height, then.height)]
  const [a, b] = [rgba(now, height), rgba(then, height)]
  const different = pixelmatch(a, b, undefined, width, height, { threshold: 0.2 })
  expect(different / (width * height)).toBeLessThan(LOOSE)
}

type Png = ReturnType<typeof decode>

/** The upper rows with four channels. */
function rgba({ data, width, channels }: Png, height: number): Uint8Array {
  const all = new Uint8Array(4 * width * height).fill(255)
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < Math.min(channels, 4); c++) all[4 * i + c] = data[channels * i + c]!
  }
  return all
}
