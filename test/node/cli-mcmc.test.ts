import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { model, param, parseDraws, square } from '#gibbsite'
import { type Folder, gibbsite, gibbsiteJson, temporaryFolder } from '../support/cli.ts'

let folder: Folder
const schools = resolve('examples/models/eight-schools.ts')

beforeAll(async () => {
  folder = await temporaryFolder()
})
afterAll(() => folder.remove())

describe('gibbsite mcmc', () => {
  it('runs a model in TypeScript, prints the table and writes what diagnose reads', async () => {
    const out = folder.file('draws.csv')
    const words = [schools, '--warmup', '300', '--draws', '200', '--seed', '3']
    const said = await gibbsiteJson(['mcmc', ...words, '--out', out])
    expect(said).toMatchObject({ command: 'mcmc', sampler: 'nuts', chains: 4, draws: 200, warmup: 300, seed: 3, out })
    expect(said.summary.map(({ name }: { name: string }) => name).slice(0, 3)).toEqual(['mu', 'tau', 'z[0]'])
    expect(said.summary).toHaveLength(18)
    const draws = parseDraws(await readFile(out, 'utf8'))
    expect(draws.shape).toEqual([4, 200, 18])
    const mean = draws.data.filter((_, i) => i % 18 === 0).reduce((a, b) => a + b) / 800
    expect(said.summary[0].mean).toBeCloseTo(mean, 10)
    const { code, stdout } = await gibbsite(['mcmc', ...words])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^ +mean +sd +hdi_3%.*\nmu +/)
    expect(stdout).toMatch(/\n4 chains of 200 draws; [\d.]+ m?s, seed 3\n$/)
  })

  it('runs the other example by Metropolis', async () => {
    const path = resolve('examples/models/logistic.ts')
    const said = await gibbsiteJson(['mcmc', path, '--sampler', 'metropolis', '--seed', '1', '--draws', '500'])
    expect(said).toMatchObject({ sampler: 'metropolis', draws: 500 })
    expect(said.summary.find(({ name }: { name: string }) => name === 'slope[0]').mean).toBeGreaterThan(0.5)
  })

  it('takes functions, JavaScript densities and JSON', async () => {
    const density = '{ dim: 2, names: ["a", "b"], logDensity: ([x, y]) => -x * x - y * y }'
    await writeFile(folder.file('plain.mjs'), `export default ${density}\n`)
    await writeFile(folder.file('made.cjs'), `exports.target = async () => (${density})\n`)
    const x = param('x')
    await writeFile(folder.file('model.json'), JSON.stringify(model({ parameters: [x], logDensity: square(x).neg() })))
    const written = { parameters: ['x', { name: 's', lower: 0 }], logDensity: ['logPdf.normal(x, 0, s)', '-s'] }
    await writeFile(folder.file('written.json'), JSON.stringify(written))
    const words = ['--seed', '1', '--draws', '20', '--warmup', '20']
    for (const file of ['plain.mjs', 'made.cjs']) {
      const said = await gibbsiteJson(['mcmc', folder.file(file), ...words])
      expect([said.sampler, said.summary.map(({ name }: { name: string }) => name)]).toEqual(['metropolis', ['a', 'b']])
    }
    for (const file of ['model.json', 'written.json']) {
      expect(await gibbsiteJson(['mcmc', folder.file(file), ...words])).toMatchObject({ sampler: 'nuts' })
    }
  })

  it('finds the library where it is not installed beside the model', async () => {
    await writeFile(
      folder.file('alone.mjs'),
      `import { model, param, square } from 'gibbsite'\nconst x = param('x')\nexport const target = model({ parameters: [x], logDensity: square(x).neg() })\n`,
    )
    await writeFile(folder.file('part.ts'), `export const power: number = 2\n`)
    await writeFile(
      folder.file('typed.ts'),
      `import { model, param, pow, type Expression } from 'gibbsite'\nimport { power } from './part.ts'\nconst x: Expression = param('x')\nexport default model({ parameters: [x], logDensity: pow(x, power).neg() })\n`,
    )
    const words = ['--seed', '1', '--draws', '20', '--warmup', '20']
    const [alone, typed] = await Promise.all(
      ['alone.mjs', 'typed.ts'].map((file) => gibbsiteJson(['mcmc', folder.file(file), ...words])),
    )
    expect(typed.summary).toEqual(alone.summary)
  })

  it('keeps the draws so far when it is stopped, and when the density fails', async () => {
    await writeFile(
      folder.file('slow.mjs'),
      'export default { dim: 1, logDensity: ([x]) => { const end = performance.now() + 1; while (performance.now() < end); return -x * x } }\n',
    )
    const out = folder.file('stopped.csv')
    let sent = false
    const { code, stderr } = await gibbsite(
      ['mcmc', folder.file('slow.mjs'), '--warmup', '0', '--draws', '100000', '--chains', '1', '--out', out],
      {
        onStderr: (text, child) => {
          if (sent || !text.includes('1 coordinate;')) return
          sent = true
          setTimeout(() => child.kill('SIGINT'), 1500)
        },
      },
    )
    expect([code, stderr]).toEqual([
      130,
      expect.stringMatching(/stopped after \d+ of 100000 draws; \S*stopped\.csv holds those/),
    ])
    const [, drawn] = parseDraws(await readFile(out, 'utf8')).shape
    expect(Number(/after (\d+) of/.exec(stderr)![1])).toBe(drawn)

    await writeFile(
      folder.file('failing.mjs'),
      'let calls = 0\nexport default { dim: 1, logDensity: ([x]) => (++calls > 50 ? NaN : -x * x) }\n',
    )
    const failed = await gibbsite([
      'mcmc',
      folder.file('failing.mjs'),
      '--warmup',
      '0',
      '--out',
      folder.file('f.csv'),
      '--seed',
      '1',
    ])
    expect(failed.code).toBe(1)
    expect(failed.stderr).toMatch(/got NaN at step \d+ of chain \d, x = \[/)
    expect(parseDraws(await readFile(folder.file('f.csv'), 'utf8')).shape[1]).toBeGreaterThan(0)
  })

  it('refuses bad input in one sentence', async () => {
    await writeFile(folder.file('none.mjs'), 'export const x = 1\n')
    await writeFile(folder.file('throws.mjs'), 'throw new Error("not today")\n')
    await writeFile(folder.file('bad.json'), '{ "format": "gibbsite-model" }')
    await writeFile(folder.file('mistyped.json'), '{ "parameters": ["x"], "logDensity": "-x^^2" }')
    await writeFile(folder.file('plain.mjs'), 'export default { dim: 1, logDensity: ([x]) => -x * x }\n')
    for (const [words, sentence] of [
      [[folder.file('nowhere.mjs')], 'nowhere.mjs'],
      [[folder.file('model.py')], 'expected the model to end in .js, .mjs, .cjs, .ts, .mts, .json'],
      [[folder.file('none.mjs')], 'to export a target as default or as `target`; got none'],
      [[folder.file('throws.mjs')], 'throws.mjs: not today'],
      [[folder.file('mistyped.json')], 'expected `logDensity` to have a number, a name or "("; got "^" at character 4'],
      [[folder.file('bad.json')], 'bad.json: expected `model.version` to be an integer from 1 to 1; got undefined'],
      [[folder.file('plain.mjs'), '--sampler', 'nuts'], 'gradient'],
      [[folder.file('plain.mjs'), '--out', 'x.txt'], 'expected --out to end in .csv'],
    ] as const) {
      const { code, stderr, stdout } = await gibbsite(['mcmc', ...words])
      expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(sentence)])
    }
  })
})
