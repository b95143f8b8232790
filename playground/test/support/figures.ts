/** Reading the numbers that a room shows. */

import type { Locator, Page } from 'playwright'

/** The number with this name. */
export function figure(page: Page, name: string): Locator {
  const title = page.locator('dt', { hasText: new RegExp(`^${name}$`) })
  return page.locator('.numbers div', { has: title }).locator('dd')
}

/** The numbers in a text that look like `-1.25`. */
export function decimals(text: string): number[] {
  return (text.match(/-?\d+\.\d+(?:e-?\d+)?/g) ?? []).map(Number)
}
