// gibbsite train planar | nice | realnvp | glow, and sample, inpaint, evaluate and info on flows.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { decodeNpy, decodePng, encodeNpy, Flow, Rng } from '#gibbsite'
import { firstDifference } from '../support/bytes.ts'
import { type Folder, gibbsite, gibbsiteJson, temporaryFolder, writeStripes } from '../support/cli.ts'

let folder: Folder
let points: string
let stripes: string

const bytes = async (...path: string[]) => new Uint8Array(await readFile(join(...path)))
const text = (...path: string[]) => readFile(join(...path), 'utf8')

/** Correlated normals: x = 1 + 3 a, y = a + 0.5 b. Their mean log density is known. */
async function writePoints(path: string, rows: number): Promise<void> {
  const normals = new Rng(1).normal(2 * rows)
  const data = Float32Array.from({ length: 2 * rows }, (_, i) => {
    const a = normals[i - (i % 2)]!
    return i % 2 === 0 ? 1 + 3 * a : a + 0.5 * normals[i]!
  })
  await writeFile(path, encodeNpy({ data, shape: [rows, 2] }))
}

const truth = -(1 + Math.log(2 * Math.PI)) - Math.log(3 * 0.5)

beforeAll(async () => {
  folder = await temporaryFolder()
  points = folder.file('points.npy')
  stripes = folder.file('stripes.npy')
  await writePoints(points, 2000)
  await writeStripes(stripes, 200)
})
afterAll(() => folder.remove())

const realnvp = ['train', 'realnvp', '--couplings', '4', '--hidden', '16', '--batch', '50', '--learning-rate', '0.01']

describe('gibbsite train realnvp', () => {
  let out: string
  // biome-ignore lint/suspicious/noExplicitAny: the JSON is what is looked at
  let result: any

  beforeAll(async () => {
    out = folder.file('realnvp')
    result = await gibbsiteJson([...realnvp, points, '--epochs', '20', '--seed', '5', '--out', out])
  })

  it('learns a normal distribution', () => {
    // 200 test rows with a standard deviation of about 1 each.
    expect(Math.abs(result.logLikelihood - truth)).toBeLessThan(0.1 + 3 * result.standardError)
    expect(result.standardError).toBeGreaterThan(0.04)
    expect(result.standardError).toBeLessThan(0.12)
    expect(result.bitsPerDim).toBeUndefined()
  })

  it('prints JSON that says what was done', () => {
    expect(result).toMatchObject({
      command: 'train realnvp',
      out,
      model: { kind: 'flow', dim: 2, layers: 5 },
      data: { name: points, train: 1800, test: 200 },
      settings: { batch: 50, dequantize: 0, seed: '5' },
      seed: 5,
      epochs: 20,
      lastEpoch: { epoch: 20 },
      backend: { name: inject('backend') },
    })
    expect(Object.keys(result.files).sort()).toEqual(['density', 'history', 'model', 'report'])
  })

  it('writes a model that the library reads, with the score that was printed', async () => {
    const flow = await Flow.load(result.files.model)
    expect([flow.dim, flow.training?.epoch]).toEqual([2, 20])
    const { data } = decodeNpy(await bytes(points))
    const held = Array.from({ length: 200 }, (_, i) => [data[20 * i + 18] as number, data[20 * i + 19] as number])
    const logs = await flow.logProb(held)
    expect(logs.reduce((a, b) => a + b, 0) / 200).toBeCloseTo(result.logLikelihood, 9)
  })

  it('writes a history and a report whose chart holds its numbers', async () => {
    const { format, seed, epochs } = JSON.parse(await text(result.files.history))
    expect([format, seed, epochs.length]).toEqual(['gibbsite-history-1', '5', 20])
    const html = await text(result.files.report)
    expect(JSON.parse(/<script type="application\/json" id="history">(.*?)<\/script>/.exec(html)![1]!).epochs).toEqual(
      epochs,
    )
    const titles = [...html.matchAll(/<title>([^<]*)<\/title>/g)].map(([, title]) => title)
    const shown = (value: number) => value.toFixed(2).replace('-', '−')
    for (const { epoch, trainLogLikelihood, testLogLikelihood } of epochs) {
      expect(titles).toContain(`train, ${epoch}: ${shown(trainLogLikelihood)} nats`)
      expect(titles).toContain(`test, ${epoch}: ${shown(testLogLikelihood)} nats`)
    }
    const own = html.replaceAll(/data:image\/png;base64,[A-Za-z0-9+/=]*/g, '')
    expect(own).not.toMatch(/https?:|\/\/[a-z]|@import|url\(|<link|<script(?! type="application\/json")/i)
    expect(html.match(/<img [^>]*>/g)).toHaveLength(1)
  })

  it('draws data and density side by side', async () => {
    const image = await decodePng(await bytes(result.files.density))
    expect([image.width, image.height]).toEqual([2 * 164 + 4, 164 + 4])
    // Where the data are thickest the flow's picture is dark: the middle of the right half, not its corner.
    const grey = (x: number, y: number) => image.data[y * image.width + x]!
    expect(grey(168 + 80, 84)).toBeLessThan(grey(168 + 10, 10) - 0.2)
  })

  it('gives the same files for the same seed, with any number of threads', async () => {
    const again = folder.file('again')
    await gibbsiteJson([...realnvp, points, '--epochs', '20', '--seed', '5', '--out', again, '--threads', '1'])
    for (const name of ['model.safetensors', 'density.png']) {
      expect(firstDifference(await bytes(out, name), await bytes(again, name)), name).toBe(-1)
    }
  })

  it('samples: any draw can be made alone', async () => {
    const [all, one] = [folder.file('all.npy'), folder.file('one.npy')]
    const model = result.files.model
    const said = await gibbsiteJson(['sample', model, '--chains', '1000', '--seed', '7', '--out', all])
    expect(said).toMatchObject({ command: 'sample', samples: 1000, temperature: 1, seed: 7 })
    await gibbsiteJson(['sample', model, '--chains', '1', '--first-chain', '17', '--seed', '7', '--out', one])
    const draws = decodeNpy(await bytes(all)).data as Float32Array
    expect(decodeNpy(await bytes(one)).data).toEqual(draws.slice(34, 36))
    const mean = draws.filter((_, i) => i % 2 === 0).reduce((a, b) => a + b, 0) / 1000
    // The mean is 1 and its standard error 3 / sqrt(1000), about 0.1; the flow itself may be off by as much.
    expect(Math.abs(mean - 1)).toBeLessThan(0.5)
  })

  it('evaluates rows as the library does', async () => {
    const said = await gibbsiteJson(['evaluate', result.files.model, points, '--rows', '50'])
    const flow = await Flow.load(result.files.model)
    const { data } = decodeNpy(await bytes(points))
    const logs = await flow.logProb({ data: data.slice(0, 100) as Float32Array, shape: [50, 2] })
    expect(said.logLikelihood).toBeCloseTo(logs.reduce((a, b) => a + b, 0) / 50, 9)
    const { stdout } = await gibbsite(['evaluate', result.files.model, points, '--quiet'])
    expect(stdout).toMatch(/^log-likelihood +-\d\.\d\d nats a row \(standard error 0\.0\d\)\n/)
  })

  it('tells what is in its file', async () => {
    const { code, stdout } = await gibbsite(['info', result.files.model])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^kind +flow$/m)
  })
})

describe('flows of images', () => {
  const kinds: [name: string, options: string[]][] = [
    ['nice', ['--couplings', '3', '--hidden', '16']],
    ['realnvp', ['--couplings', '1', '--levels', '1', '--hidden', '4']],
    ['glow', ['--levels', '2', '--steps', '1', '--hidden', '4,4']],
  ]

  it.each(kinds)('train %s writes sheets and bits per dimension', async (name, options) => {
    const out = folder.file(`images-${name}`)
    const words = ['train', name, stripes, ...options, '--epochs', '2', '--seed', '5', '--out', out]
    const { files, model, data, bitsPerDim, settings, bestEpoch } = await gibbsiteJson(words)
    expect(model).toMatchObject({ kind: 'flow', dim: 64, image: { height: 8, width: 8 } })
    expect(data).toMatchObject({ train: 180, test: 20, levels: 2 })
    expect(settings.dequantize).toBe(2)
    // Both are estimates with noise of dequantisation, of the same rows.
    expect(bitsPerDim).toBeCloseTo(1 - bestEpoch.logLikelihood / (64 * Math.LN2), 0)
    expect(Object.keys(files).sort()).toEqual([
      'completions',
      'history',
      'interpolations',
      'model',
      'report',
      'samples',
    ])
    const sizes = { samples: [7, 10], completions: [11, 10], interpolations: [10, 10] }
    for (const [sheet, [across, down]] of Object.entries(sizes)) {
      const image = await decodePng(await bytes(files[sheet]))
      expect([image.width, image.height], sheet).toEqual([across! * 10 + 2, down! * 10 + 2])
      expect(new Set(image.data).size, sheet).toBeGreaterThan(3)
    }
    const html = await text(files.report)
    expect(html.match(/<img /g)).toHaveLength(3)
    expect(html).toContain('Bits per dimension')
    expect(html.includes('Deviations, largest first')).toBe(name === 'nice')
  })

  it('fills in what is hidden and keeps the rest', async () => {
    const [model, out] = [folder.file('images-nice/model.safetensors'), folder.file('filled.npy')]
    const words = [
      'inpaint',
      model,
      stripes,
      '--rows',
      '3',
      '--hide',
      'top',
      '--steps',
      '20',
      '--restarts',
      '2',
      '--seed',
      '1',
    ]
    const said = await gibbsiteJson([...words, '--out', out])
    expect(said).toMatchObject({ command: 'inpaint', images: 3, hide: 'top', steps: 20, restarts: 2, seed: 1 })
    const filled = decodeNpy(await bytes(out)).data as Float32Array
    const given = decodeNpy(await bytes(stripes)).data as Uint8Array
    const known = (i: number) => i % 64 >= 32
    expect([...filled].every((value, i) => (known(i) ? value === given[i] : value >= 0 && value <= 1))).toBe(true)
    expect(filled.some((value, i) => !known(i) && value !== given[i])).toBe(true)
    const sheet = folder.file('filled.png')
    const { stdout } = await gibbsite([...words, '--out', sheet])
    expect(stdout).toMatch(/3 images filled in by 20 steps, log-likelihood -?[\d.,]+ nats; [\d.]+ m?s, seed 1/)
    expect(await decodePng(await bytes(sheet))).toMatchObject({ width: 3 * 10 + 2, height: 3 * 10 + 2 })
  })

  it('draws a sheet at a temperature', async () => {
    const sheet = folder.file('cold.png')
    const words = [
      'sample',
      folder.file('images-glow/model.safetensors'),
      '--chains',
      '4',
      '--temperature',
      '0.5',
      '--seed',
      '3',
    ]
    await gibbsiteJson([...words, '--out', sheet])
    expect(await decodePng(await bytes(sheet))).toMatchObject({ width: 22, height: 22 })
  })
})

/** U1 of Rezende and Mohamed (2015). */
function firstEnergy(x: number, y: number): number {
  const side = (centre: number) => Math.exp(-(((x - centre) / 0.6) ** 2) / 2)
  return ((Math.hypot(x, y) - 2) / 0.4) ** 2 / 2 - Math.log(side(2) + side(-2))
}

/** The integral over [-6, 6] x [-6, 6], by the rule of midpoints. */
function sumOverPlane(f: (x: number, y: number) => number): number {
  const h = 0.05
  let sum = 0
  for (let x = -6 + h / 2; x < 6; x += h) for (let y = -6 + h / 2; y < 6; y += h) sum += f(x, y)
  return sum * h * h
}

describe('gibbsite train planar', () => {
  it('follows a density, and finds its normalising constant', async () => {
    const out = folder.file('planar')
    const words = ['train', 'planar', '--target', 'u1', '--layers', '8', '--steps', '400', '--seed', '1', '--out', out]
    const said = await gibbsiteJson(words)
    expect(said).toMatchObject({
      command: 'train planar',
      target: 'u1',
      steps: 400,
      seed: 1,
      model: { dim: 2, layers: 8 },
    })
    const logZ = Math.log(sumOverPlane((x, y) => Math.exp(-firstEnergy(x, y))))
    const { value, standardError } = said.logNormalizer
    expect(Math.abs(value - logZ)).toBeLessThan(0.02 + 4 * standardError)
    expect(said.bound).toBeLessThan(value + 0.05)
    expect(said.ess).toBeGreaterThan(0.1)
    expect(Object.keys(said.files).sort()).toEqual(['density', 'history', 'model', 'report'])
    expect(await text(said.files.report)).toContain('Lower bound of log Z')
    const flow = await Flow.load(said.files.model)
    expect(flow.layers).toHaveLength(8)
  })

  it('follows a target of the user', async () => {
    const target = folder.file('target.mjs')
    await writeFile(
      target,
      `export const target = { dim: 3, logDensityAndGradient(x, gradient) {
        for (let i = 0; i < 3; i++) gradient[i] = -x[i]
        return -(x[0] ** 2 + x[1] ** 2 + x[2] ** 2) / 2
      } }\n`,
    )
    const words = ['train', 'planar', '--target', target, '--layers', '2', '--steps', '100', '--seed', '1']
    const said = await gibbsiteJson([...words, '--out', folder.file('own')])
    expect(Math.abs(said.logNormalizer.value - 1.5 * Math.log(2 * Math.PI))).toBeLessThan(0.05)
    expect(said.files.density).toBeUndefined()
  })

  it('learns from rows, too', async () => {
    const words = [
      'train',
      'planar',
      points,
      '--layers',
      '4',
      '--epochs',
      '2',
      '--seed',
      '1',
      '--out',
      folder.file('rows'),
    ]
    const { model, logLikelihood, bestEpoch } = await gibbsiteJson(words)
    expect(model).toMatchObject({ dim: 2, layers: 4 })
    expect(logLikelihood).toBeCloseTo(bestEpoch.logLikelihood, 3)
  })
})

describe('Ctrl-C', () => {
  const long = ['--epochs', '150', '--seed', '5']

  it('keeps the model reached, says how to go on, and the rest gives the bytes of an uninterrupted run', async () => {
    const [whole, cut] = [folder.file('whole'), folder.file('cut')]
    await gibbsiteJson([...realnvp, points, ...long, '--out', whole])
    let sent = false
    const { code, stdout, stderr } = await gibbsite([...realnvp, points, ...long, '--out', cut], {
      onStderr(said, child) {
        if (sent || !said.includes('epoch ')) return
        sent = true
        child.kill('SIGINT')
      },
    })
    expect([code, stdout]).toEqual([130, ''])
    expect(stderr).toMatch(/stopped (in|after) epoch \d+/)
    expect((await Flow.load(join(cut, 'model.safetensors'))).training!.epoch).toBeLessThan(150)
    const result = await gibbsiteJson(/To go on: gibbsite (.*)$/m.exec(stderr)![1]!.split(' '))
    expect(result.epochs).toBe(150)
    expect(firstDifference(await bytes(whole, 'model.safetensors'), await bytes(cut, 'model.safetensors'))).toBe(-1)
    const { epochs } = JSON.parse(await text(cut, 'history.json'))
    expect(epochs.map(({ epoch }: { epoch: number }) => epoch)).toEqual(Array.from({ length: 150 }, (_, i) => i + 1))
  })
})

describe('what flows refuse', () => {
  const flow = () => folder.file('realnvp/model.safetensors')

  it.each<[string, () => string[], string]>([
    ['no data', () => ['train', 'nice'], 'expected a data file (.npy or IDX) or --mnist'],
    [
      'classes that there are not',
      () => ['train', 'nice', points, '--classes'],
      'expected --classes only with --mnist',
    ],
    [
      'hidden layers that are none',
      () => ['train', 'nice', points, '--hidden', '0'],
      'expected --hidden to be whole numbers from 1',
    ],
    ['rows that are no images', () => ['train', 'glow', points], 'expected --height and --width'],
    ['sides that do not halve', () => ['train', 'glow', stripes, '--levels', '4'], 'multiples of 16'],
    ['levels of vectors', () => [...realnvp, points, '--levels', '2'], 'expected --levels only for images'],
    ['grey levels out of range', () => [...realnvp, points, '--dequantize', '2'], 'to hold numbers from 0 to 1'],
    ['data and a target', () => ['train', 'planar', points, '--target', 'u1'], 'expected data or --target'],
    [
      'epochs of a target',
      () => ['train', 'planar', '--target', 'u1', '--epochs', '3'],
      'expected --epochs only with data',
    ],
    [
      'steps without a target',
      () => ['train', 'planar', points, '--steps', '3'],
      'expected --steps only with --target',
    ],
    [
      'sweeps of a flow',
      () => ['sample', flow(), '--sweeps', '3'],
      'expected --sweeps only with an energy model; got a flow',
    ],
    [
      'a class of a flow without',
      () => ['sample', flow(), '--label', '3'],
      'expected --label only with a flow that has classes',
    ],
    [
      'annealing of a flow',
      () => ['evaluate', flow(), points, '--ais-steps', '3'],
      'expected --ais-steps only with an RBM',
    ],
    ['rows of another width', () => ['evaluate', flow(), stripes], 'to have 2 columns, as the model has; got 64'],
    [
      'a picture of no image',
      () => ['sample', flow(), '--out', folder.file('x.png')],
      'expected --height and --width for a .png',
    ],
  ])('%s', async (_name, words, message) => {
    const { code, stderr } = await gibbsite([...words(), '--quiet'], { cwd: folder.path })
    expect(stderr).toContain(message)
    expect(code).toBe(2)
  })

  it('resumes only the same training', async () => {
    const resume = (...words: string[]) =>
      gibbsite([...realnvp, points, '--resume', flow(), '--out', folder.file('more'), '--quiet', ...words])
    const before = await bytes(flow())
    const other = await resume('--epochs', '21', '--batch', '60')
    expect(other.stderr).toContain('expected --batch to be 50, as in the training that is resumed; got 60')
    const fewer = await resume('--hold-out', '0.5')
    expect(fewer.stderr).toMatch(/expected `data` to be those of the training resumed/)
    expect([other.code, fewer.code]).toEqual([2, 2])
    expect(firstDifference(before, await bytes(flow()))).toBe(-1)
    expect((await resume('--epochs', '21')).code).toBe(0)
  })
})
