import { afterEach, describe, expect, test } from 'vitest'
import { backend, current, Rng, type RngState, setThreads } from '#gibbsite'
import { sha256 } from './support/sha256.ts'

/** Philox4x32-10 from the paper, with big integers and nothing of the library's. */
function philox(counter: readonly bigint[], key: readonly bigint[]): bigint[] {
  const low = (x: bigint) => x & 0xffffffffn
  let [c0, c1, c2, c3] = counter as [bigint, bigint, bigint, bigint]
  let [k0, k1] = key as [bigint, bigint]
  for (let round = 0; round < 10; round++) {
    const [a, b] = [c0 * 0xd2511f53n, c2 * 0xcd9e8d57n]
    ;[c0, c1, c2, c3] = [(b >> 32n) ^ c1 ^ k0, low(b), (a >> 32n) ^ c3 ^ k1, low(a)]
    ;[k0, k1] = [low(k0 + 0x9e3779b9n), low(k1 + 0xbb67ae85n)]
  }
  return [c0, c1, c2, c3]
}

const halves = (x: bigint) => [x & 0xffffffffn, x >> 32n] as const

/** Word `index` of a domain of a stream, as native/core/stream.h defines it. */
function word(state: Pick<RngState, 'key' | 'stream'>, domain: bigint, index: number): number {
  const [tile, within] = [BigInt(Math.floor(index / 64)), index % 64]
  const [low, high] = halves(tile * 16n + BigInt(within % 16))
  const block = philox([low, high | (domain << 20n), ...halves(BigInt(state.stream))], halves(BigInt(state.key)))
  return Number(block[Math.floor(within / 16)])
}

const at = (position: number, seed = 7): Rng => Rng.fromState({ ...new Rng(seed).state, position })

type Method = readonly [name: string, draw: (rng: Rng, n: number) => ArrayLike<number> & ArrayBufferView]
const eight = [1, 2, 0, 4, 5, 6, 7, 0.5]
const methods: readonly Method[] = [
  ['words', (rng, n) => rng.words(n)],
  ['uniform', (rng, n) => rng.uniform(n)],
  ['uniform f32', (rng, n) => rng.uniform(new Float32Array(n), { low: -1, high: 3 })],
  ['normal', (rng, n) => rng.normal(n)],
  ['normal f32', (rng, n) => rng.normal(new Float32Array(n), { mean: 1, sd: 2 })],
  ['exponential', (rng, n) => rng.exponential(n)],
  ['exponential f32', (rng, n) => rng.exponential(new Float32Array(n), { rate: 3 })],
  ['bernoulli', (rng, n) => rng.bernoulli(n, { p: 0.3 })],
  ['bernoulli f32', (rng, n) => rng.bernoulli(new Float32Array(n))],
  ['integers', (rng, n) => rng.integers(n, { low: -5, high: 3 * 2 ** 29 })],
  ['integers f32', (rng, n) => rng.integers(new Float32Array(n), { high: 1000 })],
  ['integers f64', (rng, n) => rng.integers(new Float64Array(n), { low: -7, high: 6 * 2 ** 50 })],
  ['categorical', (rng, n) => rng.categorical(n, { weights: eight })],
]

describe('the generator', () => {
  test('gives the known answers of Random123', () => {
    const words = new Rng(0).words(64)
    expect([0, 16, 32, 48].map((i) => words[i]!.toString(16))).toEqual(['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8'])
    const pi = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344]
    const block = new Uint32Array(4)
    current().kernels.philoxBlocks(Uint32Array.from(pi), 0xa4093822, 0x299f31d0, block)
    expect([...block]).toEqual([0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1])
    current().kernels.philoxBlocks(new Uint32Array(4).fill(0xffffffff), 0xffffffff, 0xffffffff, block)
    expect([...block]).toEqual([0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd])
    expect(philox(pi.map(BigInt), [0xa4093822n, 0x299f31d0n])).toEqual(
      [...[0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]].map(BigInt),
    )
  })

  test.each([0, 12345, 2 ** 34 - 100, 2 ** 34 - 64, 2 ** 40 + 3, 2 ** 53 - 300])(
    'gives the words of stream %d as defined',
    (position) => {
      for (const rng of [at(position), Rng.fromState({ ...new Rng(7).split(2 ** 40).state, position })]) {
        const words = rng.words(200)
        expect([...words]).toEqual(Array.from(words, (_, i) => word(rng.state, 0n, position + i)))
      }
    },
  )

  test('makes floats of one word and doubles of two, past counter 2^32', () => {
    const [position, n] = [2 ** 33 - 40, 90]
    const rng = at(position)
    const doubles = Array.from({ length: n }, (_, i) => {
      const [low, high] = [0, 1].map((half) => BigInt(word(rng.state, 1n, 2 * (position + i) + half))) as [
        bigint,
        bigint,
      ]
      return (Number(((high << 32n) | low) >> 12n) + 0.5) * 2 ** -52
    })
    expect([...rng.uniform(n)]).toEqual(doubles)
    const late = at(2 ** 34 - 40)
    const floats = Array.from(
      { length: n },
      (_, i) => ((word(late.state, 0n, 2 ** 34 - 40 + i) >>> 9) + 0.5) * 2 ** -23,
    )
    expect([...late.uniform(new Float32Array(n))]).toEqual(floats)
  })

  test('makes normals by Box and Muller, past counter 2^32', () => {
    const position = 2 ** 33 - 40
    const rng = at(position)
    const uniform = (index: number) => {
      const [low, high] = [0, 1].map((half) => BigInt(word(rng.state, 3n, 2 * index + half))) as [bigint, bigint]
      return (Number(((high << 32n) | low) >> 12n) + 0.5) * 2 ** -52
    }
    const normals = rng.normal(90)
    for (let i = 0; i < normals.length; i++) {
      const first = Math.floor((position + i) / 16) * 16 + ((position + i) % 8)
      const [radius, angle] = [Math.sqrt(-2 * Math.log(uniform(first))), 2 * Math.PI * uniform(first + 8)]
      const wanted = radius * ((position + i) % 16 < 8 ? Math.cos(angle) : Math.sin(angle))
      expect(normals[i]).toBeCloseTo(wanted, 13)
    }
  })
})

describe('same seed, same bytes', () => {
  afterEach(() => setThreads(backend().name === 'native' ? threads : 1))
  const threads = backend().threads

  test.each([
    ['uniform f32', new Float32Array(1_000_000), '3f92e6a7368bea7f9c7c6725f0f737ea7eb335df92b4c0fb27938ca02886d9aa'],
    ['uniform f64', new Float64Array(1_000_000), 'fb3625d7e5a99043e41f31aa3a622661ff623504c373b6888e8d747d5acde6df'],
  ] as const)('%s on every backend and any number of threads', async (_, out, hash) => {
    for (const count of [1, 2, 7]) {
      setThreads(count)
      expect(await sha256(new Rng(2026).uniform(out))).toBe(hash)
    }
  })

  test.each([
    ['normal f32', new Float32Array(1_000_000), '985e58d0d4c4e04081bd43a830cbbe70ab6f2adcc74c4fbbe4968354c58c079d'],
    ['normal f64', new Float64Array(1_000_000), 'e3d86d971ded81ffb85a0d2b82928095039da69cffadf967dcf2f0499b3a2f56'],
  ] as const)('%s on every backend and any number of threads', async (_, out, hash) => {
    for (const count of [1, 2, 7]) {
      setThreads(count)
      expect(await sha256(new Rng(2026).normal(out))).toBe(hash)
    }
  })

  test('all other methods on every backend', async () => {
    const hashes: Record<string, string> = {}
    for (const [name, draw] of methods) hashes[name] = (await sha256(draw(new Rng(2026), 100_003))).slice(0, 16)
    hashes['permutation'] = (await sha256(new Rng(2026).permutation(100_003))).slice(0, 16)
    expect(hashes).toMatchInlineSnapshot(`
      {
        "bernoulli": "eafbb75802148a14",
        "bernoulli f32": "b8ab4d3c49e8151f",
        "categorical": "ede16abb618e0af5",
        "exponential": "0e5a5ab2de1ff96f",
        "exponential f32": "b76f150b99bb5ea0",
        "integers": "bb344e42a5b82406",
        "integers f32": "afa3ce27cefa066f",
        "integers f64": "be55daf644977804",
        "normal": "574842cdce3893e1",
        "normal f32": "4532cbad56b4a8fe",
        "permutation": "22929b2b027758af",
        "uniform": "56178c9d253ea964",
        "uniform f32": "76f53aa1e7dae49d",
        "words": "61c235f19d954716",
      }
    `)
  })

  test.each(methods)('%s cut into odd pieces', (_, draw) => {
    const n = 40_009
    const whole = draw(at(2 ** 33 - 11), n)
    const rng = at(2 ** 33 - 11)
    for (let done = 0, piece = 1; done < n; piece = (piece * 3) % 1999) {
      const part = draw(rng, Math.min(piece, n - done))
      for (let i = 0; i < part.length; i++) {
        if (part[i] !== whole[done + i]) expect(part[i], `draw ${done + i}`).toBe(whole[done + i])
      }
      done += part.length
    }
    expect(rng.state.position).toBe(2 ** 33 - 11 + n)
  })

  test('one value of p for all equals one for each', () => {
    const each = new Float64Array(1000).fill(0.3)
    expect(at(77).bernoulli(1000, { p: each })).toEqual(at(77).bernoulli(1000, { p: 0.3 }))
  })

  test('integers do not depend on the type of the array', () => {
    const range = { low: -9, high: 1_000_000 }
    const wanted = [...at(5).integers(1000, range)]
    expect([...at(5).integers(new Float32Array(1000), range)]).toEqual(wanted)
    expect([...at(5).integers(new Float64Array(1000), range)]).toEqual(wanted)
  })

  test('arrays of the backend are filled in place', () => {
    const out = current().alloc(Float32Array, 1000)
    expect(new Rng(1).normal(out)).toBe(out)
    expect(out.view()).toEqual(new Rng(1).normal(new Float32Array(1000)))
  })
})

describe('streams', () => {
  test('a state goes on where it was taken, through JSON, in the middle of anything', () => {
    const rng = new Rng(2n ** 63n + 5n).split(3).split(9)
    rng.normal(17)
    rng.uniform(new Float32Array(5))
    const copy = Rng.fromState(JSON.parse(JSON.stringify(rng.state)))
    expect(copy.state).toEqual(rng.state)
    expect(copy.seed).toBe(2n ** 63n + 5n)
    for (const [, draw] of methods) expect(draw(copy, 33)).toEqual(draw(rng, 33))
    expect(copy.permutation(50)).toEqual(rng.permutation(50))
    expect(copy.split(1).words(8)).toEqual(rng.split(1).words(8))
  })

  test('splits share a key and differ in stream, so they cannot overlap', () => {
    const parent = new Rng(11)
    const children = [0, 1, 2, 1000, 2 ** 53 - 2].map((i) => parent.split(i).state)
    expect(new Set(children.map(({ key }) => key)).size).toBe(1)
    expect(new Set(children.map(({ stream }) => stream)).size).toBe(children.length)
    expect(children[0]!.key).not.toBe(parent.state.key)
  })

  test('a split has the key that Philox gives its parent', () => {
    for (const parent of [new Rng(11), new Rng(2n ** 64n - 1n), new Rng(11).split(4)]) {
      const { key, stream } = parent.state
      const block = philox([1n, 15n << 20n, ...halves(BigInt(stream))], halves(BigInt(key)))
      expect(BigInt(parent.split(0).state.key)).toBe((block[1]! << 32n) | block[0]!)
    }
  })

  test('a split depends on who splits and on its number, not on the draws so far', () => {
    const rng = new Rng(5)
    const before = rng.split(8).words(10)
    rng.normal(100)
    expect(rng.split(8).words(10)).toEqual(before)
    expect(rng.split(7).words(10)).not.toEqual(before)
    expect(new Rng(6).split(8).words(10)).not.toEqual(before)
    expect(rng.split(8).split(8).words(10)).not.toEqual(before)
  })

  test('many generations of splits do not meet', () => {
    const firsts = new Set<string>()
    const grow = (rng: Rng, depth: number) => {
      firsts.add(rng.words(4).join())
      for (let i = 0; depth > 0 && i < 6; i++) grow(rng.split(i), depth - 1)
    }
    grow(new Rng(0), 4)
    expect(firsts.size).toBe(1 + 6 + 36 + 216 + 1296)
  })

  test('seeds: 0 is one, numbers and bigints mean the same, fresh ones differ and can be used again', () => {
    expect(new Rng(0).words(4)).not.toEqual(new Rng(1).words(4))
    expect(new Rng(7n).words(4)).toEqual(new Rng(7).words(4))
    expect(new Rng(7n).seed).toBe(7)
    expect(new Rng(2n ** 32n).words(4)).toEqual(new Rng(2 ** 32).words(4))
    const fresh = new Rng()
    expect(fresh.seed).not.toBe(new Rng().seed)
    expect(new Rng(fresh.seed).normal(5)).toEqual(fresh.normal(5))
  })
})
