/** The TypeScript that does the same in Node. */

import { CHAINS, type Setting, WARMUP } from './setting.ts'
import type { TargetChoice } from './targets.ts'

export function samplingCode({ target, seed, step }: Setting, draws: number): string {
  const common = `{ target, chains: ${CHAINS}, draws: ${Math.max(draws, 1)}, seed: ${seed} }`
  return `import { metropolis, ${target.kind === 'text' ? 'modelFromJson, nuts' : 'nuts, testEnergyTarget'} } from 'gibbsite'

const target = ${targetCode(target)}
const common = ${common}

// The same seed gives the same draws, bit for bit, as long as no setting was changed since the restart.
const runs = {
  'random walk': await metropolis(${proposalCode('random-walk', step)}),
  MALA: await metropolis(${proposalCode('mala', step)}),
  NUTS: await nuts({ ...common, warmup: ${WARMUP} }),
}
for (const [name, run] of Object.entries(runs)) {
  const { rows } = run.summary()
  console.log(name, 'R-hat', Math.max(...rows.map((row) => row.r_hat)), 'ESS', Math.min(...rows.map((row) => row.ess_bulk)))
}
`
}

function targetCode(target: TargetChoice): string {
  if (target.kind === 'energy') return `testEnergyTarget({ energy: '${target.energy}' })`
  return `modelFromJson({ parameters: ['x', 'y'], logDensity: ${JSON.stringify(target.text)} })`
}

function proposalCode(kind: 'random-walk' | 'mala', step: number | undefined): string {
  if (step === undefined) return `{ ...common, warmup: ${WARMUP}, proposal: '${kind}' }`
  return `{ ...common, warmup: 0, adapt: false, proposal: { kind: '${kind}', step: ${step}, shape: 'isotropic' } }`
}
