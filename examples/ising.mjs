// The two-dimensional Ising model below, at and above its critical temperature: three lattices side by side.
import { writeFileSync } from 'node:fs'
import { imageSheet, ising2d } from 'gibbsite'

const quick = process.argv.includes('--quick')
const size = 256
const sweeps = quick ? 200 : 4000
const pictures = []
for (const temperature of [2.1, 2.269, 2.6]) {
  const lattice = await ising2d({ size, temperature, seed: 7 })
  const start = performance.now()
  await lattice.sweep(sweeps)
  const rate = (size * size * sweeps) / (performance.now() - start) / 1e6
  const [energy, magnetisation] = [lattice.energy()[0], lattice.magnetisation()[0]]
  console.log(
    `T = ${temperature}: energy ${energy.toFixed(3)}, mean spin ${magnetisation.toFixed(3)}, ${rate.toFixed(1)} updates/ns`,
  )
  pictures.push(Array.from(lattice.states().data, (spin) => (spin > 0 ? 1 : 0.1)))
}
writeFileSync('out/examples/ising.png', imageSheet(pictures, { height: size, width: size, columns: 3, gap: 8 }))
console.log('out/examples/ising.png: T = 2.1, 2.269 (critical) and 2.6')
