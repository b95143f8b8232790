/** How long the page's main thread was busy at a stretch. */

import type { Browser, Page } from 'playwright'

interface TraceEvent {
  readonly name: string
  readonly ph: string
  readonly pid: number
  readonly tid: number
  /** Microseconds of processor time. */
  readonly tdur?: number
  readonly args: { readonly name?: string }
}

/**
 * The longest task of the page's main thread while `work` ran, in milliseconds of processor time: unlike the browser's
 * "long tasks" it does not grow when other programs take the processor.
 */
export async function longestTask(page: Page, work: () => Promise<unknown>): Promise<number> {
  const browser = page.context().browser() as Browser
  await browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline', '__metadata'] })
  let events: TraceEvent[]
  try {
    await work()
  } finally {
    events = JSON.parse((await browser.stopTracing()).toString()).traceEvents
  }
  const mains = events.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
  const isMain = ({ pid, tid }: TraceEvent) => mains.some((main) => main.pid === pid && main.tid === tid)
  const tasks = events.filter((event) => event.name.endsWith('RunTask') && event.ph === 'X' && isMain(event))
  return Math.max(...tasks.map(({ tdur = 0 }) => tdur)) / 1000
}
