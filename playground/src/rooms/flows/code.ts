/** The TypeScript that does the same in Node. */

import { POINTS, type Setting, TRAINING } from './setting.ts'

const LAWS = { moons: 'twoMoons', spirals: 'twoSpirals', gaussians: 'eightGaussians' } as const

export function flowCode(setting: Setting, epoch: number): string {
  const { kind, set, seed } = setting
  const names = [kind, ...(set === 'drawn' ? [] : [LAWS[set]])].sort()
  return `import { ${names.join(', ')} } from 'gibbsite'

${dataCode(setting)}
const flow = ${flowText(setting)}
const training = {
  epochs: ${TRAINING.epochs},
  batch: ${TRAINING.batch},
  learningRate: { initial: ${TRAINING.learningRate.initial}, final: ${TRAINING.learningRate.final} },
  clip: ${TRAINING.clip},
  seed: ${seed},${set === 'drawn' ? '' : '\n  validation,'}
}

for await (const { epoch, logLikelihood${set === 'drawn' ? '' : ', validation'} } of flow.fit(data, training)) {
  if (epoch < ${Math.max(epoch, 1)}) continue
  console.log('epoch', epoch, 'log p', logLikelihood${set === 'drawn' ? '' : ", 'held out', validation.logLikelihood"})
  break
}

const { data: samples } = await flow.sample(1000, { seed: 1 })
console.log('a sample', samples[0], samples[1])
`
}

function dataCode({ set, seed, drawn }: Setting): string {
  if (set === 'drawn') {
    const numbers = Array.from(drawn, (value) => value.toFixed(2)).join(',')
    return `const points = [${numbers}]\nconst data = { data: points, shape: [points.length / 2, 2] }`
  }
  const rows = (from: number) =>
    `{ data: Float32Array.from(truth.sample(${POINTS}, { seed: ${from} })), shape: [${POINTS}, 2] }`
  return `const truth = ${LAWS[set]}()\nconst data = ${rows(seed)}\nconst validation = ${rows(seed + 1)}`
}

function flowText({ kind, layers, width, seed }: Setting): string {
  if (kind === 'planar') return `planar({ dim: 2, layers: ${layers}, closedForm: 'density', seed: ${seed} })`
  const base = kind === 'nice' ? ", base: 'normal'" : ''
  const net = `hidden: [${width}, ${width}], activation: 'silu'${base}`
  return `${kind}({ dim: 2, couplings: ${layers}, ${net}, seed: ${seed} })`
}
