import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { decodeNpy, decodePng, encodeNpy, RBM } from '#gibbsite'
import { firstDifference } from '../support/bytes.ts'
import { type Folder, gibbsite, gibbsiteJson, temporaryFolder, writeStripes } from '../support/cli.ts'

let folder: Folder
let stripes: string
const small = ['--hidden', '12', '--ais-steps', '100', '--raise-rows', '5', '--seed', '5']

beforeAll(async () => {
  folder = await temporaryFolder()
  stripes = folder.file('stripes.npy')
  await writeStripes(stripes, 500)
})
afterAll(() => folder.remove())

const bytes = async (...path: string[]) => new Uint8Array(await readFile(join(...path)))
const text = (...path: string[]) => readFile(join(...path), 'utf8')

describe('gibbsite train rbm', () => {
  let out: string
  // biome-ignore lint/suspicious/noExplicitAny: the JSON is what is looked at
  let result: any

  beforeAll(async () => {
    out = folder.file('trained')
    const words = ['train', 'rbm', stripes, ...small, '--epochs', '60', '--learning-rate', '0.1', '--out', out]
    result = await gibbsiteJson(words)
  })

  it('learns more than the means of the units', () => {
    expect(result.logLikelihood.lower).toBeGreaterThan(result.independentUnits + 5)
    // Eight stripes of probability 0.3: no model can be better than their entropy, save for the luck of 50 rows.
    expect(result.logLikelihood.upper).toBeLessThan(-3.5)
  })

  it('prints JSON that says what was done', () => {
    expect(result).toMatchObject({
      command: 'train rbm',
      out,
      model: { kind: 'rbm', visible: 64, hidden: 12, image: { height: 8, width: 8 } },
      data: { name: stripes, train: 450, test: 50 },
      settings: { method: 'pcd', batch: 100, centred: true, seed: '5' },
      seed: 5,
      epochs: 60,
      lastEpoch: { epoch: 60 },
      backend: { name: inject('backend') },
      completedPixels: { bottom: { model: expect.any(Number), commonest: expect.any(Number) } },
    })
    const { ais, lower, upper, logZ } = result.logLikelihood
    expect(lower).toBeLessThanOrEqual(ais)
    expect(ais).toBeLessThanOrEqual(upper)
    expect(logZ).toBeGreaterThan(0)
    expect(result.seconds.total).toBeGreaterThan(0)
    expect(Object.keys(result.files).sort()).toEqual([
      'completions',
      'fantasies',
      'filters',
      'history',
      'model',
      'report',
    ])
  })

  it('writes a model that the library reads', async () => {
    const rbm = await RBM.load(result.files.model)
    expect([rbm.visible, rbm.hidden, rbm.training?.epoch]).toEqual([64, 12, 60])
  })

  it('writes a history of every epoch', async () => {
    const { format, seed, epochs } = JSON.parse(await text(result.files.history))
    expect([format, seed, epochs.length]).toEqual(['gibbsite-history-1', '5', 60])
    for (const [i, epoch] of epochs.entries()) {
      expect(epoch.epoch).toBe(i + 1)
      expect(epoch.trainPseudoLogLikelihood).toBeLessThan(0)
      expect(epoch.testPseudoLogLikelihood).toBeLessThan(0)
      expect(epoch.examplesPerSecond).toBeGreaterThan(0)
      if (i > 0) expect(epoch.seconds).toBeGreaterThan(epochs[i - 1].seconds)
    }
    expect(epochs[59].logLikelihood).toEqual(result.logLikelihood)
    expect(epochs.filter((epoch: { logLikelihood?: object }) => epoch.logLikelihood).length).toBeGreaterThanOrEqual(10)
  })

  it.each([
    ['filters', 12 * 9 + 1, 9 + 1],
    ['fantasies', 10 * 10 + 2, 10 * 10 + 2],
    ['completions', 9 * 10 + 2, 10 * 10 + 2],
  ])('draws %s', async (name, width, height) => {
    const image = await decodePng(await bytes(result.files[name]))
    expect([image.width, image.height]).toEqual([width, height])
    expect(new Set(image.data).size).toBeGreaterThan(3)
  })

  it('writes a report that needs nothing from elsewhere', async () => {
    const html = await text(result.files.report)
    const own = html.replaceAll(/data:image\/png;base64,[A-Za-z0-9+/=]*/g, '')
    expect(own).not.toMatch(/https?:|\/\/[a-z]|@import|url\(|<link|<script(?! type="application\/json")/i)
    for (const [, source] of html.matchAll(/\ssrc="([^"]*)"/g))
      expect(source!.startsWith('data:image/png;base64,')).toBe(true)
    expect(html.match(/<img /g)).toHaveLength(3)
    for (const [image] of html.matchAll(/<img [^>]*>/g)) expect(image).toMatch(/ alt="[^"]{20,}"/)
    expect(html).toContain('prefers-color-scheme: dark')
    expect(html).toContain('name="viewport"')
  })

  it('writes a report whose charts hold the numbers of the history', async () => {
    const html = await text(result.files.report)
    const { epochs } = JSON.parse(await text(result.files.history))
    const embedded = /<script type="application\/json" id="history">(.*?)<\/script>/.exec(html)?.[1]
    expect(JSON.parse(embedded!).epochs).toEqual(epochs)
    const titles = [...html.matchAll(/<title>([^<]*)<\/title>/g)].map(([, title]) => title)
    const shown = (value: number) => value.toFixed(2).replace('-', '−')
    for (const { epoch, trainPseudoLogLikelihood, testPseudoLogLikelihood, freeEnergyGap, logLikelihood } of epochs) {
      expect(titles).toContain(`train, ${epoch}: ${shown(trainPseudoLogLikelihood)} nats`)
      expect(titles).toContain(`test, ${epoch}: ${shown(testPseudoLogLikelihood)} nats`)
      expect(titles).toContain(`gap, ${epoch}: ${shown(freeEnergyGap).replace(/^−(0\.00)$/, '$1')} nats`)
      if (!logLikelihood) continue
      const { ais, lower, upper } = logLikelihood
      expect(titles).toContain(`test, ${epoch}: ${shown(ais)} nats, between ${shown(lower)} and ${shown(upper)}`)
    }
  })

  it('gives the same model and pictures for the same seed, with any number of threads', async () => {
    const again = folder.file('again')
    const words = ['train', 'rbm', stripes, ...small, '--epochs', '60', '--learning-rate', '0.1', '--out', again]
    await gibbsiteJson([...words, '--threads', '1'])
    for (const name of ['model.safetensors', 'filters.png', 'fantasies.png', 'completions.png']) {
      expect(firstDifference(await bytes(out, name), await bytes(again, name)), name).toBe(-1)
    }
  })

  it('prints the bracket for people, and progress in plain lines where there is no terminal', async () => {
    const { code, stdout, stderr } = await gibbsite([
      'train',
      'rbm',
      stripes,
      ...small,
      '--epochs',
      '2',
      '--out',
      folder.file('plain'),
    ])
    expect(code).toBe(0)
    expect(stdout).toMatch(/log-likelihood +\[-\d+\.\d\d \.\. -\d+\.\d\d\] nats a row/)
    expect(stdout).toContain(`backend ${inject('backend')}`)
    expect(stderr).toMatch(/^epoch 1\/2 · [\d,]+ images\/s · pseudo-likelihood -\d+\.\d \(test -\d+\.\d\)$/m)
    expect(stderr).not.toContain('\x1b')
  })

  it('draws nothing for rows that are no images', async () => {
    const out = folder.file('rows')
    const words = ['train', 'rbm', folder.file('rows.npy'), ...small, '--epochs', '1', '--out', out]
    await writeStripes(folder.file('flat.npy'), 60)
    const { data } = decodeNpy(await bytes(folder.file('flat.npy')))
    await writeFile(folder.file('rows.npy'), encodeNpy({ data, shape: [480, 8] }))
    const result = await gibbsiteJson(words)
    expect(Object.keys(result.files).sort()).toEqual(['history', 'model', 'report'])
    expect(await text(out, 'report.html')).not.toContain('<img ')
  })
})

describe('Ctrl-C', () => {
  const long = ['--hidden', '12', '--epochs', '300', '--ais-steps', '0', '--seed', '5', '--momentum', '0.5']

  /** Sends the signal when the first epochs are over. */
  async function stopped(out: string, signal: NodeJS.Signals, delay: number, times = 1) {
    let sent = false
    return gibbsite(['train', 'rbm', stripes, ...long, '--out', out], {
      onStderr(said, child) {
        if (sent || !said.includes('epoch ')) return
        sent = true
        setTimeout(() => {
          for (let i = 0; i < times; i++) child.kill(signal)
        }, delay)
      },
    })
  }

  it('keeps the model reached, says how to go on, and the rest gives the bytes of an uninterrupted run', async () => {
    const [whole, cut] = [folder.file('whole'), folder.file('cut')]
    await gibbsiteJson(['train', 'rbm', stripes, ...long, '--out', whole])
    const { code, stdout, stderr } = await stopped(cut, 'SIGINT', 60)
    expect(code).toBe(130)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/stopped (in|after) epoch \d+/)
    expect(stderr).not.toContain('    at ')
    const reached = (await RBM.load(join(cut, 'model.safetensors'))).training!
    expect(reached.epoch).toBeLessThan(300)

    const command = /To go on: gibbsite (.*)$/m.exec(stderr)![1]!
    const result = await gibbsiteJson(command.split(' '))
    expect(result.epochs).toBe(300)
    expect(firstDifference(await bytes(whole, 'model.safetensors'), await bytes(cut, 'model.safetensors'))).toBe(-1)
    const { epochs } = JSON.parse(await text(cut, 'history.json'))
    expect(epochs.map(({ epoch }: { epoch: number }) => epoch)).toEqual(Array.from({ length: 300 }, (_, i) => i + 1))
  })

  it('counts once when a wrapper such as npx passes it on', async () => {
    const { code, stderr } = await stopped(folder.file('twice'), 'SIGINT', 20, 2)
    expect(stderr).toMatch(/stopped (in|after) epoch/)
    expect(code).toBe(130)
  })

  it('is also what a service manager says', async () => {
    const { code, stderr } = await stopped(folder.file('term'), 'SIGTERM', 20)
    expect(code).toBe(143)
    expect(stderr).toMatch(/stopped (in|after) epoch/)
  })
})

describe('gibbsite train rbm --resume', () => {
  let model: string

  beforeAll(async () => {
    const out = folder.file('first')
    model = join(out, 'model.safetensors')
    await gibbsiteJson(['train', 'rbm', stripes, ...small, '--epochs', '2', '--out', out])
  })

  const resume = (...words: string[]) =>
    gibbsite(['train', 'rbm', stripes, '--resume', model, '--out', folder.file('second'), '--quiet', ...words])

  it('goes on to more epochs', async () => {
    const { code } = await resume('--epochs', '4', '--ais-steps', '0')
    expect(code).toBe(0)
    const { epochs } = JSON.parse(await text(folder.file('second'), 'history.json'))
    expect(epochs).toHaveLength(4)
  })

  it.each([
    ['another option', ['--batch', '50'], /expected --batch to be 100, as in the training that is resumed; got 50/],
    ['another size', ['--hidden', '13'], /expected --hidden to be 12, as in .*; got 13/],
    ['fewer epochs', ['--epochs', '1'], /expected --epochs to be at least 2, the epochs begun so far; got 1/],
    ['other rows', ['--hold-out', '0.5'], /expected `data` to be those of the training resumed, 450 rows; got 250/],
  ])('refuses %s', async (_name, words, message) => {
    const before = await bytes(model)
    const { code, stderr } = await resume(...words)
    expect(stderr).toMatch(message)
    expect(code).toBe(2)
    expect(firstDifference(before, await bytes(model))).toBe(-1)
  })
})
