import { describe, expect, inject, it } from 'vitest'
import { ArgumentError, backend, current, inPieces, load, ready, setThreads } from '#gibbsite'

const { kernels } = current()
const counter = () => Uint32Array.of(0xfffffffe, 0xffffffff, 0, 7)

describe('the backend', () => {
  it('is the one the project asks for', () => {
    const info = backend()
    expect(info.name).toBe(inject('backend'))
    expect(info.threads).toBeGreaterThanOrEqual(1)
    expect(info.reason).toBeUndefined()
    expect(info.name === 'wasm' ? ['simd128'] : ['baseline', 'avx2', 'avx512']).toContain(info.simd)
  })

  it('stays the same for further loads, and says so', async () => {
    const before = current()
    expect(await load()).toEqual(backend())
    await load({ backend: inject('backend') })
    expect(await ready()).toBe(before)
  })

  it.each([
    [{ backend: 'gpu' }, /expected `backend` to be "auto", "native" or "wasm"; got "gpu"/],
    [{ threads: 0 }, /expected `threads` to be an integer from 1 to 256; got 0/],
    [{ threads: 1.5 }, /expected `threads`/],
    [{ thread: 2 }, /did you mean "threads"/],
  ])('refuses load(%o)', async (options, message) => {
    await expect(load(options as never)).rejects.toThrow(message)
  })

  it('refuses threads that are no number of threads', () => {
    for (const count of [0, -1, 257, 2.5, Number.NaN, '2'])
      expect(() => setThreads(count as number)).toThrow(ArgumentError)
  })
})

describe('a kernel call', () => {
  // Salmon et al. (2011), kat_vectors of Random123.
  it.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [-1, -1, -1, -1],
      [-1, -1],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ])('gives the known answer of Philox4x32-10 for %o', (at, key, answer) => {
    const words = new Uint32Array(4)
    expect(kernels.philoxBlocks(Uint32Array.from(at), key[0]! >>> 0, key[1]! >>> 0, words)).toBe(true)
    expect([...words]).toEqual(answer)
  })

  it('carries into the higher words of the counter', () => {
    const words = new Uint32Array(16)
    kernels.philoxBlocks(counter(), 1, 2, words)
    for (const [i, at] of [
      counter(),
      Uint32Array.of(0xffffffff, 0xffffffff, 0, 7),
      Uint32Array.of(0, 0, 1, 7),
    ].entries()) {
      const block = new Uint32Array(4)
      kernels.philoxBlocks(at, 1, 2, block)
      expect(words.subarray(4 * i, 4 * i + 4)).toEqual(block)
    }
  })

  it('takes arrays that are parts of a buffer, and writes nothing beside them', () => {
    const buffer = new Uint32Array(12).fill(5)
    kernels.philoxBlocks(counter(), 1, 2, buffer.subarray(4, 8))
    const alone = new Uint32Array(4)
    kernels.philoxBlocks(counter(), 1, 2, alone)
    expect([...buffer]).toEqual([5, 5, 5, 5, ...alone, 5, 5, 5, 5])
  })

  it('takes empty arrays', () => {
    expect(kernels.philoxBlocks(counter(), 0, 0, new Uint32Array(0))).toBe(true)
    expect(kernels.philoxBlocks(new Uint32Array(0), 0, 0, new Uint32Array(0))).toBe(false)
  })

  const words = new Uint32Array(8)
  const bad: [string, unknown[], RegExp][] = [
    ['too few arguments', [counter(), 0, 0], /philoxBlocks: expected 4 arguments; got 3/],
    ['too many arguments', [counter(), 0, 0, words, 1], /expected 4 arguments; got 5/],
    ['another kind of array', [new Float32Array(4), 0, 0, words], /`counter` to be a Uint32Array; got a Float32Array/],
    ['a clamped array', [new Uint8ClampedArray(4), 0, 0, words], /`counter` to be a Uint32Array; got a Uint8Clamped/],
    ['a plain array', [[0, 0, 0, 0], 0, 0, words], /`counter` to be a Uint32Array; got an array of length 4/],
    ['no array', [null, 0, 0, words], /`counter` to be a Uint32Array; got null/],
    ['a buffer', [new ArrayBuffer(16), 0, 0, words], /`counter` to be a Uint32Array/],
    ['a string', [counter(), '0', 0, words], /`keyLow` to be an integer from 0 to 4294967295; got "0"/],
    ['a bigint', [counter(), 0n, 0, words], /`keyLow` to be an integer/],
    ['a negative number', [counter(), 0, -1, words], /`keyHigh` to be an integer from 0 to 4294967295; got -1/],
    ['a number too large', [counter(), 0, 2 ** 32, words], /`keyHigh` to be an integer/],
    ['a fraction', [counter(), 0, 0.5, words], /`keyHigh` to be an integer/],
    ['NaN', [counter(), 0, Number.NaN, words], /`keyHigh` to be an integer .*; got NaN/],
    ['undefined', [counter(), 0, undefined, words], /`keyHigh` to be an integer/],
    [
      'one array twice',
      [words.subarray(0, 4), 0, 0, words],
      /`words`, which is written, not to share memory with `counter`/,
    ],
  ]

  it.each(bad)('with %s is one clear error and changes nothing', (_, args, message) => {
    const call = kernels.philoxBlocks as (...args: unknown[]) => boolean
    expect(() => call(...args)).toThrow(ArgumentError)
    expect(() => call(...args)).toThrow(message)
    expect(words.every((word) => word === 0)).toBe(true)
  })

  it.each(bad)('with %s rejects where it is asynchronous', async (_, args, message) => {
    const run = current().run('philoxBlocks', ...(args as [Uint32Array, number, number, Uint32Array]))
    await expect(run).rejects.toThrow(message)
    expect(words.every((word) => word === 0)).toBe(true)
  })

  it('refuses a flag that is no boolean and a number that is none', () => {
    const [weights, bias] = [new Float32Array(4), new Float32Array(2)]
    expect(() => kernels.rbmEnumerate(weights, bias, bias.slice(), 1 as never, 0, 4)).toThrow(
      /`overHidden` to be true or false; got 1/,
    )
    const normal = (mean: unknown) => kernels.randomNormalF32(new Float32Array(4), 0, 0, 0, 0, 0, mean as number, 1)
    expect(() => normal('0')).toThrow(/`mean` to be a number; got "0"/)
    expect(() => normal(null)).toThrow(/`mean` to be a number; got null/)
  })

  it('takes positions up to 2^53 - 1 and no further', () => {
    const out = new Uint32Array(4)
    expect(() => kernels.randomWords(out, 0, 0, 0, 0, Number.MAX_SAFE_INTEGER)).not.toThrow()
    expect(() => kernels.randomWords(out, 0, 0, 0, 0, 2 ** 53)).toThrow(
      /`start` to be an integer from 0 to 9007199254740991/,
    )
  })

  it('refuses an array whose buffer is detached', () => {
    const gone = new Uint32Array(4)
    structuredClone(gone.buffer, { transfer: [gone.buffer] })
    expect(() => kernels.philoxBlocks(gone, 0, 0, new Uint32Array(4))).toThrow(
      /`counter` to have memory; its buffer is detached/,
    )
    expect(() => kernels.philoxBlocks(counter(), 0, 0, gone)).toThrow(/`words` to have memory/)
  })
})

describe('an asynchronous call', () => {
  it('gives what the synchronous one gives', async () => {
    const [here, there] = [new Uint32Array(4000), new Uint32Array(4000)]
    kernels.philoxBlocks(counter(), 3, 4, here)
    expect(await current().run('philoxBlocks', counter(), 3, 4, there)).toBe(true)
    expect(there).toEqual(here)
  })

  it('may run beside others', async () => {
    const outs = Array.from({ length: 30 }, () => new Uint32Array(400))
    await Promise.all(outs.map((out, key) => current().run('philoxBlocks', counter(), key, 0, out)))
    for (const [key, out] of outs.entries()) {
      const alone = new Uint32Array(400)
      kernels.philoxBlocks(counter(), key, 0, alone)
      expect(out).toEqual(alone)
    }
  })

  it('writes arrays of the backend', async () => {
    const [out, plain] = [current().alloc(Uint32Array, 400), new Uint32Array(400)]
    await current().run('philoxBlocks', counter(), 5, 6, out)
    kernels.philoxBlocks(counter(), 5, 6, plain)
    expect(out.view()).toEqual(plain)
  })

  it('of a kernel that is none rejects', async () => {
    await expect(current().run('nothing' as 'philoxBlocks', counter(), 0, 0, counter())).rejects.toThrow(/no kernel/)
  })

  // WASM in Node has no other thread to go to: there a call only lets waiting events pass first.
  // Retried, because on a busy machine the thread may have to wait for a core.
  const nowhereToGo = inject('backend') === 'wasm' && typeof window === 'undefined'
  it.skipIf(nowhereToGo)('leaves this thread free', { retry: 3 }, async () => {
    // log Z of an RBM of zeros: 22 + 40 units, all states equally likely.
    const [weights, visible, hidden] = [new Float32Array(40 * 22), new Float32Array(40), new Float32Array(22)]
    const enumerate = () => current().run('rbmEnumerate', weights, visible, hidden, true, 0, 2 ** 22)
    await current().run('philoxBlocks', counter(), 0, 0, new Uint32Array(4)) // a page starts its worker
    const { longest, result, took } = await longestGap(enumerate)
    expect(result).toBeCloseTo(62 * Math.LN2, 8)
    expect(took).toBeGreaterThan(50)
    expect(longest).toBeLessThan(50)
  })
})

/** The longest time between two turns of the event loop while `work` is under way. */
async function longestGap<T>(work: () => Promise<T>) {
  const begin = performance.now()
  let [last, longest, done] = [begin, 0, false]
  const promise = work().finally(() => {
    done = true
  })
  while (!done) {
    await new Promise((resolve) => setTimeout(resolve, 0))
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
  }
  return { result: await promise, longest, took: last - begin }
}

describe('an array of the backend', () => {
  /** All memory of the backend, where that is one buffer (WASM). */
  const probe = current().alloc(Uint8Array, 1)
  const memory = () => probe.view().buffer.byteLength

  it('starts as zeros, and is read and written through its view', () => {
    const array = current().alloc(Float64Array, 5)
    expect(array.length).toBe(5)
    expect([...array.view()]).toEqual([0, 0, 0, 0, 0])
    array.view().set([1, 2], 3)
    expect([...array.view()]).toEqual([0, 0, 0, 1, 2])
    expect(current().alloc(Int32Array, 0).view().length).toBe(0)
    for (const length of [-1, 1.5, Number.NaN]) expect(() => current().alloc(Int32Array, length)).toThrow(ArgumentError)
  })

  it('is not copied', () => {
    const array = current().alloc(Uint32Array, 8 * 2 ** 20)
    const before = memory()
    kernels.philoxBlocks(counter(), 1, 2, array)
    expect(memory()).toBe(before)
    const last = array.view().slice(-4)
    expect(last.some((word) => word !== 0)).toBe(true)
    kernels.philoxBlocks(counter(), 1, 2, array.view())
    expect(memory()).toBe(before)
    expect(array.view().slice(-4)).toEqual(last)
  })

  it('keeps its content when the memory grows', () => {
    const array = current().alloc(Uint32Array, 4)
    array.view().set([1, 2, 3, 4])
    const more = current().alloc(Uint8Array, 64 * 2 ** 20)
    expect([...array.view()]).toEqual([1, 2, 3, 4])
    expect(more.length).toBe(64 * 2 ** 20)
    kernels.philoxBlocks(array, 0, 0, new Uint32Array(16 * 2 ** 20))
    expect([...array.view()]).toEqual([1, 2, 3, 4])
  })

  it('must not be an output and an input at once', () => {
    const array = current().alloc(Uint32Array, 4)
    expect(() => kernels.philoxBlocks(array, 0, 0, array)).toThrow(/not to share memory with `counter`/)
  })

  it('lets 100,000 calls of all sizes run in constant memory', () => {
    const sizes = [4, 400, 40, 4000, 0, 16]
    const outs = sizes.map((size) => new Uint32Array(size))
    for (const out of outs) kernels.philoxBlocks(counter(), 0, 0, out)
    const before = memory()
    const at = counter()
    for (let i = 0; i < 100_000; i++) kernels.philoxBlocks(at, i, 0, outs[i % 100 === 0 ? 3 : 5]!)
    expect(memory()).toBe(before)
  })
})

describe('the number of threads', () => {
  it('changes no result', () => {
    const draw = () => {
      const out = new Float32Array(300_001)
      kernels.randomNormalF32(out, 1, 2, 3, 4, 5, 0, 1)
      return new Uint32Array(out.buffer)
    }
    const { threads } = backend()
    setThreads(1)
    const one = draw()
    for (const count of [2, 3, 7]) {
      setThreads(count)
      expect(backend().threads).toBe(inject('backend') === 'wasm' ? 1 : count)
      expect(draw().findIndex((bits, i) => bits !== one[i])).toBe(-1)
    }
    setThreads(threads)
  })
})

describe('inPieces', () => {
  it('covers the whole once, in order, and reports it', async () => {
    const [done, reported]: [number[], number[]] = [[], []]
    const work = async (first: number, count: number) =>
      void done.push(...Array.from({ length: count }, (_, i) => first + i))
    await inPieces(1000, work, { onPiece: (n) => void reported.push(n) })
    expect(done).toEqual(Array.from({ length: 1000 }, (_, i) => i))
    expect(reported.at(-1)).toBe(1000)
    expect(reported[0]).toBe(1)
    await inPieces(0, () => Promise.reject(new Error('no work, no call')))
  })

  it('sizes pieces by the time they take', async () => {
    const counts: number[] = []
    const work = (_: number, count: number) => {
      counts.push(count)
      return new Promise<void>((resolve) => setTimeout(resolve, count * 4))
    }
    await inPieces(60, work, { milliseconds: 20 })
    expect(Math.max(...counts.slice(2))).toBeLessThanOrEqual(6)
    expect(Math.max(...counts)).toBeGreaterThan(1)
  })

  it('stops after a finished piece', async () => {
    const controller = new AbortController()
    let done = 0
    const work = async (first: number, count: number) => {
      done = first + count
      if (done >= 10) controller.abort(new Error('enough'))
    }
    const run = inPieces(1e9, work, { signal: controller.signal })
    await expect(run).rejects.toMatchObject({ name: 'AbortError', cause: { message: 'enough' } })
    expect(done).toBeGreaterThanOrEqual(10)
    await expect(inPieces(5, work, { signal: controller.signal })).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('yields to the event loop between pieces', async () => {
    let turns = 0
    const timer = setInterval(() => turns++, 0)
    const work = async () => {
      const end = performance.now() + 10
      while (performance.now() < end);
    }
    await inPieces(20, work, { milliseconds: 1 })
    clearInterval(timer)
    expect(turns).toBeGreaterThan(3)
  })
})
