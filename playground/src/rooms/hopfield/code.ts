/** The TypeScript that does the same in Node. */

import { type Pattern, toHex, UNITS } from './patterns.ts'
import type { RuleName } from './worker.ts'

interface Shown {
  readonly patterns: readonly { readonly name: string; readonly pattern: Pattern }[]
  readonly rule: RuleName
  readonly seed: number
  /** The state that recall began at, or would. */
  readonly start: Pattern
}

export function hopfieldCode({ patterns, rule, seed, start }: Shown): string {
  const options = rule === 'contrastive' || rule === 'unlearning' ? `rule: '${rule}', seed: ${seed}` : `rule: '${rule}'`
  const list = patterns.map(({ name, pattern }) => `  bits('${toHex(pattern)}'), // ${name}`).join('\n')
  return `import { Hopfield, Rng } from 'gibbsite'

// 16 x 16 units, four to a hexadecimal digit
const bits = (hex: string) => [...hex].flatMap((digit) => [8, 4, 2, 1].map((bit) => (parseInt(digit, 16) & bit ? 1 : -1)))
const patterns = [
${list}
]
const net = new Hopfield({ units: ${UNITS} })
await net.store(patterns, { ${options} })

// Unit by unit, in a fresh random order each sweep. \`net.recall(state)\` does this at once.
const state = bits('${toHex(start)}')
const order = new Rng(${seed})
let flips = 0
for (let before = -1; flips > before; ) {
  before = flips
  for (const unit of order.permutation(${UNITS})) {
    const { data: fields } = await net.fields(state)
    if (fields[unit]! * state[unit]! >= 0) continue
    state[unit]! *= -1
    flips++
  }
}
console.log('flips', flips)
console.log('energy', (await net.energy(state))[0])
`
}
