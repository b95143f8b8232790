/** The TypeScript that does the same in Node. */

interface Shown {
  readonly size: number
  readonly seed: number
  readonly init: 'random' | 'up'
  readonly temperature: number
  readonly field: number
  readonly sweeps: number
}

export function isingCode({ size, seed, init, temperature, field, sweeps }: Shown): string {
  return `import { ising2d } from 'gibbsite'

const lattice = await ising2d({ size: ${size}, temperature: ${temperature}, field: ${field}, init: '${init}', seed: ${seed} })

// The same seed gives the same lattice, bit for bit, as long as no slider was moved since the restart.
await lattice.sweep(${Math.max(sweeps, 1)})

console.log('magnetisation', lattice.magnetisation()[0])
console.log('energy of a site', lattice.energy()[0])
`
}
