// Test stages: each runs whatever the others did, counts what passed, and one table at the end shows all.
import { Failure } from './run.mjs'

/**
 * Runs stages one after the other. A stage is a name and a function that gives { passed, failed, skipped }, or nothing
 * for a single thing that passed; what it throws is one failure.
 */
export async function runStages(stages) {
  const rows = []
  for (const [name, stage] of stages) {
    console.log(`\n=== ${name}`)
    const start = performance.now()
    const counts = { passed: 0, failed: 0, skipped: 0, ...(await counted(stage)) }
    rows.push({ name, seconds: (performance.now() - start) / 1000, ...counts })
  }
  return rows
}

async function counted(stage) {
  try {
    return (await stage()) ?? { passed: 1 }
  } catch (error) {
    console.log(error instanceof Failure ? error.message : error)
    return { failed: 1 }
  }
}

/** Prints the table and, last, the line of totals; gives the exit code. */
export function report(rows) {
  const width = Math.max(...rows.map(({ name }) => name.length))
  console.log(`\n${'stage'.padEnd(width)}  passed  failed  skipped  seconds`)
  for (const { name, passed, failed, skipped, seconds } of rows) {
    const numbers = [String(passed).padStart(6), String(failed).padStart(6), String(skipped).padStart(7)]
    console.log(
      `${name.padEnd(width)}  ${numbers.join('  ')}  ${seconds.toFixed(1).padStart(7)}${failed > 0 ? '  FAILED' : ''}`,
    )
  }
  const total = (key) => rows.reduce((sum, row) => sum + row[key], 0)
  const skipped = total('skipped')
  console.log(`${total('passed')} passed, ${total('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
  return total('failed') === 0 ? 0 : 1
}
