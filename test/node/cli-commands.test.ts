import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { decodeNpy, decodePng, encodePng, RBM } from '#gibbsite'
import { firstDifference } from '../support/bytes.ts'
import { type Folder, gibbsite, gibbsiteJson, temporaryFolder, writeStripes } from '../support/cli.ts'

let folder: Folder
let stripes: string
let model: string

beforeAll(async () => {
  folder = await temporaryFolder()
  stripes = folder.file('stripes.npy')
  model = folder.file('trained/model.safetensors')
  await writeStripes(stripes, 400)
  const words = ['--hidden', '10', '--epochs', '400', '--learning-rate', '0.1', '--ais-steps', '0', '--seed', '1']
  await gibbsiteJson(['train', 'rbm', stripes, ...words, '--out', folder.file('trained')])
})
afterAll(() => folder.remove())

const bytes = async (path: string) => new Uint8Array(await readFile(path))
const npy = async (path: string) => decodeNpy(await bytes(path))

describe('the command', () => {
  it('lists all commands and the exit codes', async () => {
    const { code, stdout } = await gibbsite(['--help'])
    expect(code).toBe(0)
    for (const name of ['train', 'sample', 'complete', 'evaluate', 'recall', 'anneal', 'diagnose', 'info', 'doctor'])
      expect(stdout).toMatch(new RegExp(`^ +${name} `, 'm'))
    expect(stdout).toContain('Exit codes: 0')
  })

  it('knows the version', async () => {
    const { version } = JSON.parse(await readFile(resolve('package.json'), 'utf8'))
    expect((await gibbsite(['--version'])).stdout).toBe(`${version}\n`)
  })
})

describe('bad input is one sentence and exit code 2', () => {
  const words: Record<string, () => string[]> = {
    'no command': () => [],
    'an unknown command': () => ['tran'],
    'an unknown option': () => ['sample', model, '--chain', '3'],
    'a number that is none': () => ['sample', model, '--chains', 'many'],
    'a number out of range': () => ['train', 'rbm', stripes, '--epochs', '0'],
    'a seed of 65 bits': () => ['sample', model, '--seed', '18446744073709551616'],
    'a choice that is none': () => ['train', 'rbm', stripes, '--method', 'pdc'],
    'no data': () => ['train', 'rbm', '--out', folder.file('x')],
    'two kinds of data': () => ['train', 'rbm', stripes, '--mnist', '--out', folder.file('x')],
    'a file that is not there': () => ['train', 'rbm', folder.file('nothing.npy'), '--out', folder.file('x')],
    'a folder for a file': () => ['info', folder.path],
    'a folder without MNIST': () => ['train', 'rbm', '--mnist', folder.path, '--out', folder.file('x')],
    'data for a model': () => ['info', stripes],
    'a model for data': () => ['evaluate', model, model],
    'data of another width': () => ['evaluate', folder.file('trained/model.safetensors'), folder.file('narrow.npy')],
    'an output of no known kind': () => ['sample', model, '--out', folder.file('x.jpg')],
    'a shape that does not fit': () => ['sample', model, '--height', '7', '--out', folder.file('x.png')],
    'numbers outside 0 to 1': () => ['train', 'rbm', folder.file('wild.npy'), '--out', folder.file('x')],
    'an option of another method': () => [
      'train',
      'rbm',
      stripes,
      '--method',
      'cd',
      '--chains',
      '10',
      '--quiet',
      '--out',
      folder.file('x'),
    ],
  }

  beforeAll(async () => {
    const { encodeNpy } = await import('#gibbsite')
    await writeFile(folder.file('narrow.npy'), encodeNpy({ data: new Uint8Array(63), shape: [1, 63] }))
    await writeFile(
      folder.file('wild.npy'),
      encodeNpy({ data: new Float32Array([0, 1, Number.NaN, 2]), shape: [1, 4] }),
    )
  })

  it.each(Object.keys(words))('%s', async (name) => {
    const { code, stdout, stderr } = await gibbsite(words[name]!())
    expect(stderr).not.toContain('    at ')
    expect(stdout).toBe('')
    expect(code).toBe(2)
    if (name !== 'no command')
      expect(stderr.split('\n')[0]).toMatch(/^gibbsite: .*(expected|unknown|too|cannot|missing|argument).*/)
  })

  it('guesses what was meant', async () => {
    expect((await gibbsite(['sample', model, '--chain', '3'])).stderr).toContain('(did you mean --chains?)')
  })

  it('comes as JSON with --json, and with a stack with --debug', async () => {
    const { code, stdout, stderr } = await gibbsite(['info', stripes, '--json', '--debug'])
    expect(code).toBe(2)
    expect(JSON.parse(stdout)).toEqual({ error: expect.stringContaining('expected'), exitCode: 2 })
    expect(stderr).toContain('    at ')
  })

  it.each(Array.from({ length: 10 }, (_, i) => i))('a damaged model (%i)', async (i) => {
    const whole = await bytes(model)
    const damaged = i < 5 ? whole.slice(0, [0, 7, 100, 1000, whole.length - 1][i]) : whole.slice()
    if (i >= 5) damaged[[0, 8, 20, 200, 300][i - 5]!]! ^= 0x55
    await writeFile(folder.file('damaged.safetensors'), damaged)
    const { code, stderr } = await gibbsite([
      'sample',
      folder.file('damaged.safetensors'),
      '--sweeps',
      '1',
      '--out',
      folder.file('x.npy'),
    ])
    expect(stderr).toMatch(/^gibbsite: \S*damaged\.safetensors: .*expected .*; got .*\n$/)
    expect(code).toBe(2)
  })
})

describe('a place that cannot be written', () => {
  it('is noticed before the training begins', async () => {
    await writeFile(folder.file('in-the-way'), '')
    const { code, stderr } = await gibbsite([
      'train',
      'rbm',
      stripes,
      '--epochs',
      '100000',
      '--out',
      folder.file('in-the-way/x'),
    ])
    expect(stderr).toMatch(/^gibbsite: cannot write into .*in-the-way.x: .*\(ENOTDIR\)\n$/)
    expect(code).toBe(1)
  })

  it.runIf(process.platform === 'linux')('and one that fills up is one sentence too', async () => {
    // Files may be 1 KiB large; Node lives with the signal that says so.
    const command = `ulimit -f 1; exec "$0" "$@"`
    const words = [
      resolve('dist/cli.mjs'),
      'sample',
      model,
      '--sweeps',
      '1',
      '--chains',
      '100',
      '--quiet',
      '--out',
      folder.file('full.npy'),
    ]
    const run = promisify(execFile)('bash', ['-c', command, process.execPath, ...words])
    const { code, stderr } = await run.then(
      () => ({ code: 0, stderr: '' }),
      (error) => error,
    )
    expect(stderr).toMatch(/^gibbsite: cannot write .*full\.npy: .*\(EFBIG\)\n$/)
    expect(code).toBe(1)
  })
})

describe('gibbsite sample', () => {
  const sample = (out: string, ...words: string[]) =>
    gibbsiteJson(['sample', model, '--sweeps', '50', '--seed', '3', '--out', folder.file(out), ...words])

  it('writes states as numbers', async () => {
    const result = await sample('states.npy', '--chains', '20')
    expect(result).toMatchObject({
      command: 'sample',
      chains: 20,
      sweeps: 50,
      seed: 3,
      backend: { name: inject('backend') },
    })
    const { data, shape } = await npy(folder.file('states.npy'))
    expect(shape).toEqual([20, 64])
    expect(new Set(data as Uint8Array)).toEqual(new Set([0, 1]))
  })

  it('gives what the library gives', async () => {
    await sample('states.npy', '--chains', '20')
    const rbm = await RBM.load(model)
    const { states } = await rbm.sample({ chains: 20, sweeps: 50, seed: 3 })
    expect((await npy(folder.file('states.npy'))).data).toEqual(states.data)
  })

  it('gives one chain of many alone', async () => {
    await sample('all.npy', '--chains', '20')
    await sample('one.npy', '--chains', '1', '--first-chain', '17')
    const all = (await npy(folder.file('all.npy'))).data as Uint8Array
    expect((await npy(folder.file('one.npy'))).data).toEqual(all.slice(17 * 64, 18 * 64))
  })

  it('gives the same bytes on the other backend', async () => {
    await sample('states.npy', '--chains', '20')
    const other = inject('backend') === 'wasm' ? 'native' : 'wasm'
    const result = await sample('other.npy', '--chains', '20', '--backend', other)
    expect(result.backend.name).toBe(other)
    expect(firstDifference(await bytes(folder.file('states.npy')), await bytes(folder.file('other.npy')))).toBe(-1)
  })

  it('draws a sheet in the shape the model was trained on', async () => {
    await sample('sheet.png', '--chains', '9')
    const { width, height } = await decodePng(await bytes(folder.file('sheet.png')))
    expect([width, height]).toEqual([3 * 10 + 2, 3 * 10 + 2])
    await sample('wide.png', '--chains', '1', '--height', '4')
    expect(await decodePng(await bytes(folder.file('wide.png')))).toMatchObject({ width: 20, height: 8 })
  })

  it('writes probabilities', async () => {
    await sample('p.npy', '--chains', '4', '--probabilities')
    const { data } = await npy(folder.file('p.npy'))
    expect(data).toBeInstanceOf(Float32Array)
    expect(new Set(data as Float32Array).size).toBeGreaterThan(10)
  })

  it('picks a seed where none is given, and says which', async () => {
    const words = ['sample', model, '--sweeps', '5', '--chains', '30', '--out']
    const { seed } = await gibbsiteJson([...words, folder.file('fresh.npy')])
    await gibbsiteJson([...words, folder.file('again.npy'), '--seed', String(seed)])
    expect(firstDifference(await bytes(folder.file('fresh.npy')), await bytes(folder.file('again.npy')))).toBe(-1)
  })

  it('keeps what was reached when it is stopped', async () => {
    const out = folder.file('stopped.npy')
    const words = ['sample', model, '--sweeps', '1000000000', '--chains', '4', '--out', out, '--json']
    const outcome = await gibbsite(words, {
      onStderr: (said, child) => void (/chains of .*\n$/.test(said) && setTimeout(() => child.kill('SIGINT'), 200)),
    })
    // One object: the result as far as it goes, and why it goes no further.
    const result = JSON.parse(outcome.stdout)
    expect(result).toMatchObject({
      command: 'sample',
      out,
      exitCode: 130,
      error: expect.stringMatching(/^stopped after/),
    })
    expect(result.sweeps).toBeLessThan(1_000_000_000)
    expect(outcome.code).toBe(130)
    expect(outcome.stderr).toMatch(/stopped after \d+ of 1000000000 sweeps; .* holds the states reached/)
    expect((await npy(out)).shape).toEqual([4, 64])
  })
})

describe('gibbsite complete', () => {
  const complete = (hide: string, out: string, ...words: string[]) =>
    gibbsiteJson([
      'complete',
      model,
      stripes,
      '--hide',
      hide,
      '--rows',
      '12',
      '--sweeps',
      '200',
      '--seed',
      '1',
      '--out',
      folder.file(out),
      ...words,
    ])

  it.each([
    ['bottom', (y: number) => y < 4],
    ['top', (y: number) => y >= 4],
    ['left', (_: number, x: number) => x >= 4],
    ['right', (_: number, x: number) => x < 4],
  ])('leaves the known half alone: %s', async (hide, known) => {
    const { images } = await complete(hide, 'c.npy')
    expect(images).toBe(12)
    const { data, shape } = await npy(folder.file('c.npy'))
    expect(shape).toEqual([12, 64])
    const given = (await npy(stripes)).data as Uint8Array
    let changed = 0
    for (let i = 0; i < 12 * 64; i++) {
      const [y, x] = [Math.floor((i % 64) / 8), i % 8]
      if (known(y, x)) expect((data as Float32Array)[i]).toBe(given[i])
      else if ((data as Float32Array)[i] !== given[i]) changed++
    }
    expect(changed).toBeGreaterThan(0)
  })

  it('continues the stripes it sees half of', async () => {
    await complete('right', 'right.npy')
    const mean = (await npy(folder.file('right.npy'))).data as Float32Array
    const given = (await npy(stripes)).data as Uint8Array
    let right = 0
    for (let i = 0; i < mean.length; i++) if (i % 8 >= 4 && mean[i]! > 0.5 === (given[i] === 1)) right++
    // Half of 12 x 64 pixels; the commonest value alone gets 70 % of them.
    expect(right / (6 * 64)).toBeGreaterThan(0.75)
  })

  it('hides pixels at random, and draws original, cue and completion', async () => {
    await complete('random', 'r.png', '--fraction', '0.3')
    const { width, height } = await decodePng(await bytes(folder.file('r.png')))
    expect([width, height]).toEqual([6 * 10 + 2, 6 * 10 + 2])
  })

  it('takes a PNG', async () => {
    const data = Uint8Array.from({ length: 64 }, (_, i) => (i % 16 < 8 ? 255 : 0))
    await writeFile(folder.file('image.png'), encodePng({ width: 8, height: 8, channels: 1, data }))
    const result = await gibbsiteJson([
      'complete',
      model,
      folder.file('image.png'),
      '--sweeps',
      '10',
      '--out',
      folder.file('image.npy'),
    ])
    expect(result.images).toBe(1)
  })
})

describe('gibbsite evaluate', () => {
  it('brackets the log-likelihood; a small model is summed exactly', async () => {
    const result = await gibbsiteJson(['evaluate', model, stripes, '--rows', '50', '--ais-steps', '200', '--seed', '2'])
    const rbm = await RBM.load(model)
    const { data } = await npy(stripes)
    const rows = { data: (data as Uint8Array).slice(0, 50 * 64), shape: [50, 64] }
    const { mean, partition } = await rbm.logLikelihood(rows)
    expect(partition.method).toBe('exact')
    expect(result.logLikelihood.ais).toBeCloseTo(mean, 9)
    expect(result.logLikelihood.logZ).toBeCloseTo(partition.logZ, 9)
    expect(result.raise.mean).toBeLessThan(result.raise.annealed + 0.5)
    expect(result).toMatchObject({ command: 'evaluate', rows: 50, seed: 2 })
    expect(result.pseudoLogLikelihood).toBeCloseTo(await rbm.pseudoLogLikelihood(rows, { flips: 'all' }), 9)
  })
})

describe('gibbsite info', () => {
  it('says what is in the file', async () => {
    const result = await gibbsiteJson(['info', model])
    expect(result).toMatchObject({
      kind: 'rbm',
      options: { visible: 64, hidden: 10 },
      image: { height: 8, width: 8 },
      training: { epoch: 400, step: 0, settings: { method: 'pcd' } },
    })
    expect(result.tensors).toContainEqual({ name: 'weights', dtype: 'F32', shape: [64, 10], bytes: 2560 })
    const { stdout } = await gibbsite(['info', model])
    expect(stdout).toMatch(/^image +8 x 8$/m)
    expect(stdout).toMatch(/^ {2}weights +F32 64 x 10$/m)
  })
})

describe('gibbsite doctor', () => {
  it('says what runs, and that it computes what it should', async () => {
    const { ok, selfTest, backend, wasmSimd, node, remedies } = await gibbsiteJson(['doctor'])
    expect([ok, selfTest.passed, backend.name, wasmSimd]).toEqual([true, true, inject('backend'), true])
    expect(node).toBe(process.versions.node)
    expect(remedies.some((line: string) => line.includes('GIBBSITE_BACKEND=wasm forces'))).toBe(
      inject('backend') === 'wasm',
    )
  })

  it('says why nothing runs', async () => {
    const { code, stdout } = await gibbsite(['doctor'], { env: { GIBBSITE_BACKEND: 'wsam' } })
    expect(code).toBe(1)
    expect(stdout).toContain('none could be loaded')
    expect(stdout).toContain('did you mean "wasm"?')
  })

  it('obeys --backend', async () => {
    expect((await gibbsiteJson(['doctor', '--backend', 'wasm'], { env: { GIBBSITE_BACKEND: '' } })).backend.name).toBe(
      'wasm',
    )
  })
})

describe('a reader that leaves', () => {
  it('is no failure', async () => {
    await mkdir(folder.file('pipe'))
    const command = `set -o pipefail; "$0" "$@" | true`
    const words = [join(resolve('dist'), 'cli.mjs'), 'info', model]
    await promisify(execFile)('bash', ['-c', command, process.execPath, ...words])
  })
})
