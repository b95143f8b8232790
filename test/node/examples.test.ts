// Every example runs, in its quick form, and leaves its picture.

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'

const folder = resolve('examples')
const examples = readdirSync(folder).filter((name) => name.endsWith('.mjs'))
let place = ''

beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'gibbsite-examples-'))
  mkdirSync(join(place, 'out/examples'), { recursive: true })
})

afterAll(() => rmSync(place, { recursive: true }))

it.each(examples)('%s', (name) => {
  const text = execFileSync(process.execPath, [join(folder, name), '--quick'], { cwd: place, encoding: 'utf8' })
  const pictures = text.match(/out\/examples\/[\w-]+\.(png|svg)/g) ?? []
  expect(pictures).not.toEqual([])
  for (const picture of pictures) expect(statSync(join(place, picture)).size).toBeGreaterThan(500)
})
