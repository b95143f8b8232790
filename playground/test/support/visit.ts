/** A visit to a room in Chromium, watched for what must not happen. */

import { type BrowserContextOptions, chromium, type Page } from 'playwright'
import { afterAll, beforeAll, expect, inject } from 'vitest'

/** What a page did that it must not do. */
export interface Faults {
  /** Errors and warnings of the console, and uncaught errors. */
  readonly console: string[]
  /** Requests to another host. */
  readonly foreign: string[]
}

export interface Visit {
  readonly page: Page
  readonly faults: Faults
  close(): Promise<void>
}

/** Opens a room and waits until its worker is ready. */
export async function visit(id: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const browser = await chromium.connect(inject('browser'))
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
  const page = await context.newPage()
  const faults = watch(page)
  await page.addInitScript(watchLayout)
  await page.goto(`${inject('address')}#/${id}`)
  await page.locator('.room[data-ready]').waitFor()
  return { page, faults, close: () => browser.close() }
}

function watch(page: Page): Faults {
  const faults: Faults = { console: [], foreign: [] }
  const host = new URL(inject('address')).host
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.console.push(message.text())
  })
  page.on('pageerror', (error) => faults.console.push(String(error)))
  page.context().on('request', (request) => {
    const url = new URL(request.url())
    if (!['data:', 'blob:'].includes(url.protocol) && url.host !== host) faults.foreign.push(request.url())
  })
  return faults
}

declare global {
  interface Window {
    /** Sum of the layout shifts that no input explains (the browser's own measure). */
    layoutShift: number
  }
}

/** Runs in the page, before anything else. */
function watchLayout(): void {
  window.layoutShift = 0
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) {
      if (!entry.hadRecentInput) window.layoutShift += entry.value
    }
  }).observe({ type: 'layout-shift', buffered: true })
}

/** For a `describe`: one visit for all its tests; at its end nothing must have gone wrong in it. */
export function visiting(id: string): { readonly page: Page } {
  let current: Visit | undefined
  beforeAll(async () => {
    current = await visit(id)
  })
  afterAll(async () => {
    const faults = current?.faults
    await current?.close()
    expect(faults).toEqual({ console: [], foreign: [] })
  })
  return {
    get page() {
      return current!.page
    },
  }
}
