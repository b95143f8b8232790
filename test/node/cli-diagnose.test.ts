import { execFileSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Rng, summary, toArviz, toCsv } from '#gibbsite'
import { type Folder, gibbsite, gibbsiteJson, temporaryFolder } from '../support/cli.ts'

const [chains, each, variables] = [3, 400, 7]
const names = ['mu', 'tau & co', 'x[0]', 'x[1]', 'x[2]', 'still', 'stuck']
const data = new Rng(4).normal(chains * each * variables)
for (let row = 0; row < chains * each; row++) {
  data[row * variables + 5] = 2.5
  data[row * variables + 6] = Math.floor(row / each)
}
const statistics = { divergent: Float64Array.from({ length: chains * each }, (_, k) => (k % 100 === 3 ? 1 : 0)) }
const draws = { data, shape: [chains, each, variables] as [number, number, number], names, statistics }

let folder: Folder
let files: string[]

beforeAll(async () => {
  folder = await temporaryFolder()
  files = toCsv(draws).map((_, k) => folder.file(`run_${k + 1}.csv`))
  for (const [k, text] of toCsv(draws).entries()) await writeFile(files[k]!, text)
})
afterAll(() => folder.remove())

describe('gibbsite diagnose', () => {
  it('prints the table and the warnings', async () => {
    const { code, stdout } = await gibbsite(['diagnose', ...files])
    expect(code).toBe(0)
    expect(stdout).toBe(`${summary(draws)}\n`)
    expect(stdout).toContain('! 12 of 1200 transitions diverged')
  })

  it('gives JSON, of one file or several, of all variables or some', async () => {
    const said = await gibbsiteJson(['diagnose', ...files, '--hdi', '0.9'])
    expect(said).toMatchObject({ command: 'diagnose', files, chains, draws: each })
    const table = summary(draws, { hdiProbability: 0.9 })
    expect(said.summary[0]).toEqual(table.rows[0])
    expect(said.summary[5]).toMatchObject({ name: 'still', mean: 2.5, sd: 0, r_hat: null, reason: 'every draw is 2.5' })
    expect(said.summary[6]).toMatchObject({ name: 'stuck', r_hat: 'Infinity' })
    expect(said.warnings).toEqual(table.warnings)
    const some = await gibbsiteJson(['diagnose', files[0]!, '--variable', 'x[1]', '--variable', 'mu'])
    expect(some.summary.map(({ name }: { name: string }) => name)).toEqual(['x[1]', 'mu'])
    expect(some.chains).toBe(1)
  })

  it('draws pictures', async () => {
    const out = folder.file('pictures')
    const said = await gibbsiteJson(['diagnose', ...files, '--out', out])
    expect(said.written.map((path: string) => path.slice(out.length + 1))).toEqual([
      'trace.svg',
      'rank.svg',
      'pairs.svg',
      'report.html',
    ])
    const text = (name: string) => readFile(`${out}/${name}`, 'utf8')
    const [trace, rank, pairs, report] = await Promise.all(
      ['trace.svg', 'rank.svg', 'pairs.svg', 'report.html'].map(text),
    )
    for (const svg of [trace!, rank!, pairs!]) {
      expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" [\s\S]*<\/svg>\n$/)
      expect(svg).not.toMatch(/NaN|Infinity|undefined/)
      expect(svg).toContain('tau &#38; co')
      expect(report).toContain(svg)
    }
    // A trace and a density for each chain of each variable; 20 bars for each chain of each variable; all pairs of six.
    expect(trace!.match(/class="chain c\d"/g)).toHaveLength(chains * variables)
    expect(trace!.match(/class="chain density c\d"/g)).toHaveLength(chains * variables)
    expect(rank!.match(/class="bar"/g)).toHaveLength(20 * chains * variables)
    expect(pairs!.match(/class="frame"/g)).toHaveLength(21)
    expect(report).toContain('pairs the first 6; --variable names others')
  })

  it('refuses bad input in one sentence', async () => {
    await writeFile(folder.file('bad.csv'), 'a,b\n1,2\n3\n')
    for (const [words, sentence] of [
      [[folder.file('none.csv')], 'none.csv'],
      [[folder.file('bad.csv')], 'bad.csv: expected 2 columns in line 3, as above it; got 1'],
      [[files[0]!, folder.file('bad.csv')], 'file 2: expected 2 columns in line 3'],
      [[files[0]!, '--variable', 'nu'], 'expected --variable to be one of mu, tau & co'],
      [[files[0]!, '--hdi', '2'], 'hdi'],
      [[], 'files'],
    ] as const) {
      const { code, stderr, stdout } = await gibbsite(['diagnose', ...words])
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).toContain(sentence)
    }
  })
})

function hasNumpy(): boolean {
  try {
    execFileSync('/usr/bin/python3', ['-c', 'import numpy'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

describe.skipIf(!hasNumpy())('InferenceData in Python', () => {
  it('is what arviz.from_dict takes: groups of arrays [chain, draw, ...]', async () => {
    const path = folder.file('run.json')
    await writeFile(path, JSON.stringify(toArviz(draws)))
    const code = `import json, sys, numpy as np
groups = json.load(open(sys.argv[1]))
print(sorted(groups))
for group in ("posterior", "sample_stats"):
    print({name: (np.asarray(value).dtype.kind, np.asarray(value).shape) for name, value in groups[group].items()})
print(repr(np.asarray(groups["posterior"]["x"])[2, 5, 1]))`
    const printed = execFileSync('/usr/bin/python3', ['-c', code, path], { encoding: 'utf8' }).trim().split('\n')
    expect(printed).toEqual([
      "['attrs', 'posterior', 'sample_stats']",
      "{'mu': ('f', (3, 400)), 'tau & co': ('f', (3, 400)), 'x': ('f', (3, 400, 3)), 'still': ('f', (3, 400)), 'stuck': ('i', (3, 400))}",
      "{'diverging': ('b', (3, 400))}",
      String(data[(2 * each + 5) * variables + 3]),
    ])
  })
})
