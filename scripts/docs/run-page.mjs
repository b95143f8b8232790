// Running all blocks of a page, in their order, in one folder.

import { compileKernel, runPython, runShell } from './commands.mjs'
import { difference } from './compare.mjs'
import { pictureResults } from './pictures.mjs'
import { Sandbox } from './sandbox.mjs'

/** A block that takes longer, in milliseconds, is told. */
const LONG = 2000

/**
 * @param page { name, text, steps } (see programs.mjs)
 * @param tools { scripts, browser }
 * @returns results { line, problem?, skipped?, output?, expected?, picture? }, one for each program, part of one, page
 *   looked at, or picture made
 */
export async function runPage(page, tools) {
  const sandbox = new Sandbox()
  try {
    const results = []
    for (const step of page.steps) {
      const start = performance.now()
      results.push(...(await runStep(step, { name: page.name, sandbox, tools })))
      const taken = performance.now() - start
      if (taken > LONG) console.log(`  line ${step.line}: ${(taken / 1000).toFixed(1)} s`)
    }
    return [...results, ...pictureResults(page, sandbox.folder)]
  } finally {
    sandbox.remove()
  }
}

async function runStep(step, { name, sandbox, tools }) {
  const { folder } = sandbox
  const { line, block, expected } = step
  switch (step.kind) {
    case 'file':
      sandbox.write(step.file, `${block.code}\n`)
      return step.file.endsWith('.cc') ? [judge({ line, ...compileKernel(step.file, folder) })] : []
    case 'script':
      return judgeScript(step, await tools.scripts.run(step, name, folder).catch(({ message }) => failed(message)))
    case 'py':
      return [judge({ line, expected, ...runPython(block.code, folder) })]
    case 'sh':
      return [judge({ line, expected, ...runShell(block.code, folder) })]
    case 'html':
      if (!expected) return [{ line, problem: 'expected a text block that says what the page shows; got none' }]
      sandbox.write('page.html', block.code)
      return [judge({ line, expected, ...(await tools.browser.look(folder, 'page.html', expected)) })]
    case 'look':
      return [judge({ line, expected, ...(await tools.browser.look(folder, step.file, expected)) })]
  }
}

const failed = (message) => ({ outputs: [], error: { name: 'Error', message, stack: message } })

function judge({ line, expected, output = '', error, skipped }) {
  if (skipped) return { line, skipped }
  if (error) return { line, problem: error }
  return { line, problem: expected && difference(output, expected), output, expected }
}

/** A script that throws ends in the part that was running; those after it have not been run. */
function judgeScript({ parts }, { outputs, error }) {
  return parts.map(({ line, throws, expected }, number) => {
    const last = error !== undefined && number === Math.max(0, outputs.length - 1)
    let output = outputs[number] ?? ''
    if (throws && last) output += `${error.name}: ${error.message}\n`
    else if (throws) return { line, problem: 'expected the block to throw; it did not' }
    else if (last) return { line, problem: error.stack }
    else if (number >= outputs.length) return { line, problem: 'not run: the block before it failed' }
    return judge({ line, expected, output })
  })
}
