// Types of the documentation's TypeScript: every script and file, as a user with strict settings sees them.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { bin, Failure, output } from '../lib/run.mjs'
import { moduleOf } from './programs.mjs'

const CONFIG = {
  compilerOptions: {
    target: 'ES2022',
    lib: ['ES2023', 'DOM', 'DOM.Iterable'],
    module: 'NodeNext',
    types: ['node'],
    strict: true,
    noEmit: true,
    skipLibCheck: true,
  },
}

/**
 * Checks the pages { name, steps }.
 *
 * @returns messages, each naming a page and a line of it
 */
export function typeErrors(pages, folder) {
  const sources = pages.flatMap(({ name, steps }) => steps.flatMap((step) => sourceOf(name, step)))
  if (sources.length === 0) return []
  for (const { file, text } of sources) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ ...CONFIG, files: sources.map(({ file }) => file) }))
  try {
    output(bin('tsc'), ['--project', join(folder, 'tsconfig.json'), '--pretty', 'false'], { cwd: folder })
    return []
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return [...error.message.matchAll(/^(\S+)\.\d+\.ts\((\d+),\d+\): (.*)$/gm)].map(
      ([, page, line, message]) => `docs/${page}:${line}: ${message}`,
    )
  }
}

function sourceOf(name, step) {
  const file = `${name}.${step.line}.ts`
  if (step.kind === 'script' && step.language === 'ts') return [{ file, text: moduleOf(step) }]
  if (step.kind !== 'file' || step.block.language !== 'ts') return []
  return [{ file, text: moduleOf({ parts: [{ line: step.line, code: step.block.code }] }) }]
}
