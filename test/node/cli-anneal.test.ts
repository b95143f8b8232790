import { readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeNpy } from '#gibbsite'
import { type Folder, gibbsite, gibbsiteJson, temporaryFolder } from '../support/cli.ts'
import { torus } from '../support/graphs.ts'

let folder: Folder
let graph: string

beforeAll(async () => {
  folder = await temporaryFolder()
  graph = folder.file('torus.txt')
  const edges = torus(6, 8, 2)
  await writeFile(graph, `48 ${edges.length}\n${edges.map(([i, j, w]) => `${i + 1} ${j + 1} ${w}`).join('\n')}\n`)
})
afterAll(() => folder.remove())

describe('gibbsite anneal', () => {
  it('prints the best state and its cut, and writes it', async () => {
    const out = folder.file('best.npy')
    const said = await gibbsiteJson(['anneal', graph, '--sweeps', '300', '--seed', '3', '--out', out])
    expect(said).toMatchObject({ command: 'anneal', format: 'maxcut', sweeps: 300, seed: 3 })
    expect(said.state).toHaveLength(48)
    const edges = torus(6, 8, 2)
    const cut = edges.reduce((sum, [i, j, w]) => sum + (said.state[i] === said.state[j] ? 0 : w), 0)
    expect(said.cut).toBe(cut)
    const { data } = decodeNpy(new Uint8Array(await readFile(out)))
    expect([...(data as Int8Array)]).toEqual(said.state)
    const { code, stdout } = await gibbsite(['anneal', graph, '--sweeps', '300', '--seed', '3'])
    expect(code).toBe(0)
    expect(stdout).toMatch(
      new RegExp(`^cut ${cut} \\(\\d+ of 64 replicas; 300 sweeps; [\\d.]+ m?s, seed 3\\)\\n[+-]{48}\\n$`),
    )
  })

  it('takes QUBO and Ising files', async () => {
    await writeFile(folder.file('a.qubo'), 'p qubo 0 3 2 1\n0 0 -1\n1 1 -1\n0 1 3\n')
    expect(await gibbsiteJson(['anneal', folder.file('a.qubo'), '--seed', '1'])).toMatchObject({
      format: 'qubo',
      value: -1,
    })
    await writeFile(folder.file('b.txt'), '0 1 -2\n1 1 0.5\n')
    const said = await gibbsiteJson(['anneal', folder.file('b.txt'), '--seed', '1', '--from', '5', '--to', '0.1'])
    expect(said).toMatchObject({ format: 'ising', energy: -2.5, state: [-1, 1] })
  })

  it('refuses bad input in one sentence', async () => {
    await writeFile(folder.file('bad.txt'), '3 1\n1 9\n')
    for (const [words, sentence] of [
      [[folder.file('none')], 'none'],
      [[folder.file('bad.txt')], 'expected units from 1 to 3 in line 2; got "1 9"'],
      [[graph, '--from', '3'], 'expected --from and --to together'],
      [[graph, '--out', 'best.txt'], 'expected --out to end in .npy'],
      [[graph, '--replicas', '0'], 'replicas'],
    ] as const) {
      const { code, stderr, stdout } = await gibbsite(['anneal', ...words])
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).toContain(sentence)
    }
  })
})
