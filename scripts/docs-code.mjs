// Runs every code block of the documentation, checks what it prints, the types of all TypeScript, and links between pages.
//   npm run docs:code -- [--write] [words]      only the pages whose path contains a word; --write puts into the pages what their
//                                              programs print, and into docs/images the pictures that they make
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Browser } from './docs/browser.mjs'
import { tidy } from './docs/compare.mjs'
import { wrongLinks } from './docs/page-links.mjs'
import { DOCS, pageNames, readPage, shown } from './docs/pages.mjs'
import { stepsOf } from './docs/programs.mjs'
import { runPage } from './docs/run-page.mjs'
import { ScriptRunner } from './docs/scripts.mjs'
import { typeErrors } from './docs/types.mjs'
import { buildTypeScript } from './lib/build.mjs'
import { ensureTools } from './lib/debian.mjs'
import { Failure, main, root } from './lib/run.mjs'

const WORK = join(root, 'build-docs')

/** Runs the code of the pages whose path contains one of the words (of all without): { passed, failed, skipped }. */
export async function runDocsCode({ words = [], write = false } = {}) {
  rmSync(WORK, { recursive: true, force: true })
  const tools = { scripts: new ScriptRunner(join(WORK, 'run')), browser: new Browser() }
  const counts = { passed: 0, failed: 0, skipped: 0 }
  const pages = pageNames(words).map(read)
  try {
    for (const page of pages) {
      const start = performance.now()
      const results = await runPage(page, tools)
      if (write) writeOutputs(page.name, results)
      for (const result of results) count(counts, page.name, result)
      if (results.length > 0) console.log(`${shown(page.name)}: ${results.length} in ${seconds(start)}`)
    }
  } finally {
    tools.scripts.stop()
    await tools.browser.close()
  }
  const errors = typeErrors(pages, join(WORK, 'types'))
  for (const wrong of [errors, pages.flatMap(wrongLinks)]) {
    for (const sentence of wrong) console.log(sentence)
    counts[wrong.length > 0 ? 'failed' : 'passed'] += 1
  }
  return counts
}

function read(name) {
  const text = readPage(name)
  try {
    return { name, text, steps: stepsOf(text) }
  } catch (error) {
    throw new Failure(`${shown(name)}: ${error.message}`)
  }
}

const seconds = (start) => `${((performance.now() - start) / 1000).toFixed(1)} s`

function count(counts, name, { line, problem, skipped }) {
  if (problem) console.log(`${shown(name)}:${line}: ${problem}`)
  if (skipped) console.log(`${shown(name)}:${line}: skipped, Python has no ${skipped} here`)
  counts[problem ? 'failed' : skipped ? 'skipped' : 'passed'] += 1
}

/** Replaces pictures, and text blocks by what came out, from the last to the first, so that lines keep their numbers. */
function writeOutputs(name, results) {
  const lines = readPage(name).split('\n')
  for (const result of results.toReversed()) {
    if (!result.problem) continue
    if (result.picture) {
      writeFileSync(result.picture.file, result.picture.bytes)
      result.problem = undefined
    }
    if (!result.output?.trim()) continue
    const { line, end } = result.expected
    lines.splice(line, end - line - 1, ...tidy(result.output).split('\n'))
    result.problem = undefined
  }
  writeFileSync(join(DOCS, name), lines.join('\n'))
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(async () => {
    const words = process.argv.slice(2)
    ensureTools(['chromium', 'sklearn'])
    buildTypeScript()
    const options = { words: words.filter((word) => !word.startsWith('--')), write: words.includes('--write') }
    const { passed, failed, skipped } = await runDocsCode(options)
    console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
    if (failed > 0) process.exitCode = 1
  })
}
