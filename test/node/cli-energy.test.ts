// gibbsite train hopfield, train bm, recall, and sampling from a Boltzmann machine.
import { readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BoltzmannMachine, decodeNpy, decodePng, encodeNpy, Hopfield } from '#gibbsite'
import { type Folder, gibbsite, gibbsiteJson, temporaryFolder, writeStripes } from '../support/cli.ts'

let folder: Folder
let patterns: string

const bytes = async (path: string) => new Uint8Array(await readFile(path))

beforeAll(async () => {
  folder = await temporaryFolder()
  patterns = folder.file('patterns.npy')
  // Four images of 8 x 8 that are far from each other.
  const data = Uint8Array.from({ length: 4 * 64 }, (_, k) => ((k * 2654435761) >>> 13) & 1)
  await writeFile(patterns, encodeNpy({ data, shape: [4, 8, 8] }))
})
afterAll(() => folder.remove())

describe('gibbsite train hopfield', () => {
  it('stores patterns, reports, and the network recalls them', async () => {
    const out = folder.file('net.safetensors')
    const said = await gibbsiteJson([
      'train',
      'hopfield',
      patterns,
      '--rule',
      'pseudo-inverse',
      '--seed',
      '1',
      '--out',
      out,
    ])
    expect(said).toMatchObject({ command: 'train hopfield', patterns: 4, units: 64, rule: 'pseudo-inverse' })
    expect(said.report.fixedPoints).toBe(1)
    const net = Hopfield.fromBytes(await bytes(out))
    expect(net.patterns().shape).toEqual([4, 64])
    const states = folder.file('recalled.npy')
    const recalled = await gibbsiteJson(['recall', out, patterns, '--flip', '0.1', '--seed', '2', '--out', states])
    expect(recalled.converged).toEqual([true, true, true, true])
    expect([...(decodeNpy(await bytes(states)).data as Int8Array)]).toEqual([...net.patterns().data])
    const energies = await net.energy(net.patterns())
    recalled.energies.forEach((energy: number, r: number) => {
      expect(energy).toBeCloseTo(energies[r]!, 9)
    })
    const text = await gibbsite(['train', 'hopfield', patterns, '--seed', '1', '--out', out])
    expect(text.stdout).toMatch(/4 patterns in 64 units, contrastive/)
    expect(text.stdout).toMatch(/fixed points +100.0 % of the patterns/)
  })

  it('recalls from patterns given as a file, with a picture', async () => {
    const out = folder.file('sheet.png')
    const { code, stdout } = await gibbsite([
      'recall',
      patterns,
      patterns,
      '--rule',
      'hebbian',
      '--order',
      'sequential',
      '--seed',
      '1',
      '--out',
      out,
    ]) // prettier-ignore
    expect(code).toBe(0)
    expect(stdout).toMatch(/4 probes, 4 at fixed points/)
    expect(stdout).toMatch(/ 0 {2}energy -[\d.]+ {2}flips \d+ {2}sweeps \d+/)
    // Four columns of two images of 8 pixels, 2 between and around.
    expect(await decodePng(await bytes(out))).toMatchObject({ width: 42, height: 22 })
  })

  it.each<[string, () => string[], string]>([
    ['no patterns', () => ['train', 'hopfield'], 'expected a file of patterns or --mnist'],
    ['a rule that is none', () => ['train', 'hopfield', patterns, '--rule', 'oja'], 'or "unlearning"; got "oja"'],
    [
      'an option of another rule',
      () => ['recall', patterns, patterns, '--rule', 'hebbian', '--eta', '1'],
      'expected --eta to go with a rule',
    ],
    [
      'steps',
      () => ['train', 'hopfield', patterns, '--steps', '0'],
      'expected --steps to be a positive integer or inf; got 0',
    ],
    [
      'other columns',
      () => ['recall', folder.file('net.safetensors'), folder.file('wide.npy')],
      'to have 64 columns, as the network has units; got 9',
    ],
    [
      'a name that says nothing',
      () => ['recall', patterns, patterns, '--out', 'x.txt'],
      'expected --out to end in .npy or .png',
    ],
    ['a missing file', () => ['recall', patterns, folder.file('none.npy')], 'none.npy'],
  ])('%s: one sentence', async (_, words, sentence) => {
    await writeFile(folder.file('wide.npy'), encodeNpy({ data: new Uint8Array(9), shape: [1, 9] }))
    const { code, stderr, stdout } = await gibbsite(words())
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(sentence)
  })
})

describe('gibbsite train bm', () => {
  it('trains, goes on, and samples', async () => {
    const [data, out] = [folder.file('stripes.npy'), folder.file('bm.safetensors')]
    await writeStripes(data, 300)
    const words = ['train', 'bm', data, '--seed', '3', '--out', out]
    const whole = await gibbsiteJson([...words, '--epochs', '30', '--learning-rate', '0.1'])
    expect(whole).toMatchObject({ command: 'train bm', epochs: 30, steps: 90 })
    expect(whole.pseudoLogLikelihood).toBeGreaterThan(-25) // independent pixels: -64 x 0.61 = -39
    const model = await bytes(out)
    await gibbsiteJson([...words, '--epochs', '30', '--learning-rate', '0.1'])
    expect(await bytes(out)).toEqual(model)
    expect(BoltzmannMachine.fromBytes(model).training).toMatchObject({ epoch: 30, step: 0 })
    const more = await gibbsiteJson(['train', 'bm', data, '--resume', out, '--epochs', '31', '--out', out])
    expect(more.epochs).toBe(31)
    const samples = folder.file('samples.npy')
    const drawn = await gibbsiteJson([
      'sample',
      out,
      '--chains',
      '50',
      '--sweeps',
      '100',
      '--seed',
      '1',
      '--out',
      samples,
    ])
    expect(drawn).toMatchObject({ chains: 50, sweeps: 100, seed: 1 })
    const { data: states, shape } = decodeNpy(await bytes(samples))
    expect(shape).toEqual([50, 64])
    expect([...new Set(states as Uint8Array)].sort()).toEqual([0, 1])
    expect((await gibbsiteJson(['info', out])).kind).toBe('boltzmann')
  })

  it.each<[string, () => string[], string]>([
    ['no data', () => ['train', 'bm'], 'expected a data file or --mnist'],
    [
      'probabilities',
      () => ['sample', folder.file('bm.safetensors'), '--probabilities'],
      'expected --probabilities only with an RBM',
    ],
    [
      'a machine to complete with',
      () => ['complete', folder.file('bm.safetensors'), folder.file('small.npy')],
      'to hold an RBM; got a Boltzmann machine',
    ],
    [
      'a machine to recall from',
      () => ['recall', folder.file('bm.safetensors'), folder.file('small.npy')],
      'to hold a Hopfield network; got a Boltzmann machine',
    ],
    [
      'a folder for the model',
      () => ['train', 'bm', folder.file('small.npy'), '--out', folder.path],
      'expected a file for the result; ',
    ],
    [
      'other columns',
      () => ['train', 'bm', folder.file('small.npy'), '--resume', folder.file('bm.safetensors')],
      'to have 64 columns',
    ],
  ])('%s: one sentence', async (_, words, sentence) => {
    await writeFile(folder.file('small.npy'), encodeNpy({ data: new Uint8Array(9), shape: [1, 9] }))
    const { code, stderr } = await gibbsite(words())
    expect(code).toBe(2)
    expect(stderr).toContain(sentence)
  })
})
