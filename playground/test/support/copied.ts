/** Running what "Copy the TypeScript" copies. */

import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import type { Page } from 'playwright'
import { transformWithOxc } from 'vite'

/** Presses the button and gives what is in the clipboard. */
export async function copiedCode(page: Page): Promise<string> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.getByRole('button', { name: 'Copy the TypeScript' }).click()
  await page.getByText('Copied.').waitFor()
  return page.evaluate(() => navigator.clipboard.readText())
}

/** What the code prints in Node, with `gibbsite` as this package. */
export async function runInNode(code: string): Promise<string> {
  await mkdir('build-playground', { recursive: true })
  // Inside the package, so that Node finds `gibbsite` as the package's own name.
  const folder = await mkdtemp(resolve('build-playground', 'copied-'))
  try {
    const { code: script } = await transformWithOxc(code, 'copied.ts')
    await writeFile(join(folder, 'copied.mjs'), script)
    const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'copied.mjs')], { timeout: 60_000 })
    return stdout
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
