import { readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { analyzeChain, encodeNpy } from '#gibbsite'
import { type Folder, gibbsite, gibbsiteJson, temporaryFolder } from '../support/cli.ts'

let folder: Folder

beforeAll(async () => {
  folder = await temporaryFolder()
})
afterAll(() => folder.remove())

async function file(name: string, text: string | Uint8Array): Promise<string> {
  await writeFile(folder.file(name), text)
  return folder.file(name)
}

describe('gibbsite chain', () => {
  it('says in words what a chain with names does', async () => {
    const path = await file('weather.csv', 'sun,rain\n0.9,0.1\n0.3,0.7\n')
    const { code, stdout } = await gibbsite(['chain', path])
    expect(code).toBe(0)
    expect(stdout.split('\n')).toEqual([
      '2 states, irreducible, aperiodic, reversible',
      '  class 1: recurrent, period 1: sun, rain',
      'stationary law',
      '  sun  0.75',
      '  rain  0.25',
      expect.stringMatching(/^detailed balance/),
      'spectral gap 0.4, relaxation time 2.5',
      'mixing time 3 steps',
      "Kemeny's constant 2.5",
      '',
    ])
  })

  it('says where a chain ends, and keeps long lists short', async () => {
    const steps = Array.from({ length: 29 }, (_, i) => `${i + 1} ${i} 0.5\n${i + 1} ${i + 2} 0.5\n`)
    const path = await file('ruin.txt', `0 0 1\n30 30 1\n${steps.join('')}`)
    const { code, stdout } = await gibbsite(['chain', path])
    expect(code).toBe(0)
    expect(stdout).toContain('31 states, in 3 classes, aperiodic, reversible')
    expect(stdout).toContain('  class 2: transient, period 2: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 19 more')
    expect(stdout).toContain('ends in the class of 0, 30 with probability\n  from 1  0.966667  0.0333333\n')
    expect(stdout).toContain('  and 19 more states\n')
    expect(stdout).toContain('no mixing time')
    const said = await gibbsiteJson(['chain', path])
    expect(said.absorption.from).toHaveLength(29)
    expect(said.absorption.probabilities[14]).toEqual([expect.closeTo(0.5, 14), expect.closeTo(0.5, 14)])
    expect(said).toMatchObject({ command: 'chain', states: 31, spectralGap: 0, mixingTime: null })
  })

  it('reads .npy, prints JSON and draws the spectrum', async () => {
    const data = Float64Array.of(0, 1, 0, 0, 0, 1, 1, 0, 0)
    const path = await file('cycle.npy', encodeNpy({ data, shape: [3, 3] }))
    const out = folder.file('spectrum.svg')
    const said = await gibbsiteJson(['chain', path, '--out', out])
    expect(said).toMatchObject({ aperiodic: false, reversible: false, out })
    expect(said.classes).toEqual([{ states: [0, 1, 2], recurrent: true, period: 3, stationary: Array(3).fill(1 / 3) }])
    expect(said.eigenvalues.real).toEqual([...(await analyzeChain({ data, shape: [3, 3] })).eigenvalues!.real])
    const svg = await readFile(out, 'utf8')
    expect(svg.match(/class="value"/g)).toHaveLength(3)
    expect(svg).toContain('cx="440.00" cy="240.00"')
  })

  it('refuses bad input in one sentence', async () => {
    const good = await file('good.csv', '1,0\n0,1\n')
    for (const [words, sentence] of [
      [[folder.file('none')], 'there is no such file'],
      [[await file('bad.csv', '0.5,0.5\n0.5,x\n')], 'bad.csv: expected a finite number in line 2; got "x"'],
      [[await file('sum.csv', '0.5,0.4\n0.5,0.5\n')], 'to have rows that sum to 1 within 0.000001; got 0.9 in row 0'],
      [[await file('negative.csv', '1.5,-0.5\n0.5,0.5\n')], 'to hold probabilities; got -0.5 in row 0, column 1'],
      [[await file('wide.npy', encodeNpy({ data: new Float64Array(6), shape: [2, 3] }))], 'to be [n, n]; got [2,3]'],
      [[good, '--out', 'spectrum.png'], 'expected --out to end in .svg'],
      [[good, '--format', 'npy'], 'expected an NPY file'],
      [[good, '--tolerance', '2'], 'tolerance'],
    ] as const) {
      const { code, stderr, stdout } = await gibbsite(['chain', ...words])
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).toContain(sentence)
    }
    expect((await gibbsite(['chain', folder.file('sum.csv'), '--tolerance', '0.2'])).code).toBe(0)
  })
})
