/**
 * Keys of the generator, and how one key makes others.
 *
 * A key is 64 bits. New keys are words of Philox itself under the old key, at counters that no draw uses (domain `keys` of
 * native/core/stream.h), so they are as unrelated as random numbers and still functions of the seed.
 */

/** A seed: a safe non-negative integer, or a bigint below 2^64. Both give the same draws where both can say it. */
export type Seed = number | bigint

/** 64 bits as two unsigned 32-bit numbers, as kernels take them. */
export interface Words64 {
  readonly low: number
  readonly high: number
}

export type Key = Words64

const KEYS_DOMAIN = 15 << 20
/** Who made the key: the ways are kept apart. */
const purpose = { path: 0, split: 1, part: 2 } as const

/** The two halves of a safe non-negative integer or of a bigint below 2^64. */
export function toWords(value: number | bigint): Words64 {
  if (typeof value === 'bigint') return { low: Number(value & 0xffffffffn), high: Number(value >> 32n) }
  return { low: value >>> 0, high: Math.floor(value / 2 ** 32) }
}

/** The number with these halves; a bigint where no plain number holds it. */
export function fromWords({ low, high }: Words64): Seed {
  const value = (BigInt(high) << 32n) | BigInt(low)
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value
}

/**
 * The key for one purpose under a seed. `path` numbers the purpose (safe non-negative integers, such as model part and use);
 * different paths give unrelated keys, and none of them equals that of an `Rng` of the same seed or of its splits, except
 * with the probability 2^-64 with which any two keys collide. No path gives the seed itself as key.
 */
export function deriveKey(seed: Seed, ...path: readonly number[]): Key {
  return path.reduce((key, step) => childKey(key, purpose.path, toWords(step)), toWords(seed))
}

/** The key that all children of the stream `stream` under `key` share. */
export function splitKey(key: Key, stream: number): Key {
  return childKey(key, purpose.split, toWords(stream))
}

/** The key of part `i` of draws that take more than one number each, under the key of those draws. */
export function partKey(key: Key, i: number): Key {
  return childKey(key, purpose.part, toWords(i))
}

function childKey(key: Key, tag: number, number: Words64): Key {
  const [low, high] = philox([tag, KEYS_DOMAIN, number.low, number.high], key)
  return { low, high }
}

type Block = [number, number, number, number]

/** Philox4x32-10 of one counter, as native/core/philox.h; here too so that splitting needs no backend. */
function philox([c0, c1, c2, c3]: Block, key: Key): Block {
  let { low: k0, high: k1 } = key
  for (let round = 0; round < 10; round++) {
    const product0 = toWords(BigInt(c0) * 0xd2511f53n)
    const product1 = toWords(BigInt(c2) * 0xcd9e8d57n)
    ;[c0, c1, c2, c3] = [(product1.high ^ c1 ^ k0) >>> 0, product1.low, (product0.high ^ c3 ^ k1) >>> 0, product0.low]
    k0 = (k0 + 0x9e3779b9) >>> 0
    k1 = (k1 + 0xbb67ae85) >>> 0
  }
  return [c0, c1, c2, c3]
}
