/** Damaged copies of a file: flipped bytes, cuts, insertions, numbers blown up. Each is a function of its index alone. */

/** A small generator of its own, so that a failing variant can be named and made again (xorshift32, Marsaglia, 2003). */
function numbers(seed: number): (below: number) => number {
  let x = (seed * 2654435761 + 1) >>> 0 || 1
  return (below) => {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    return (x >>> 0) % below
  }
}

export function damaged(original: Uint8Array, index: number): Uint8Array {
  const next = numbers(index + 1)
  const edits = 1 + next(3)
  let bytes: Uint8Array = original.slice()
  for (let i = 0; i < edits && bytes.length > 0; i++) bytes = damages[next(damages.length)]!(bytes, next)
  return bytes
}

type Damage = (bytes: Uint8Array, next: (below: number) => number) => Uint8Array

const damages: Damage[] = [
  function flipBit(bytes, next) {
    const at = next(bytes.length)
    bytes[at] = bytes[at]! ^ (1 << next(8))
    return bytes
  },
  function setByte(bytes, next) {
    bytes[next(bytes.length)] = [0, 255, 0x7f, 0x80, 0x22, 0x7b, 0x5b, 0x2c, 0x39, 0x2d][next(10)]!
    return bytes
  },
  // The beginning is where the lengths are.
  function setEarlyByte(bytes, next) {
    bytes[next(Math.min(16, bytes.length))] = next(256)
    return bytes
  },
  function cut(bytes, next) {
    return bytes.slice(0, next(bytes.length))
  },
  function extend(bytes, next) {
    const longer = new Uint8Array(bytes.length + 1 + next(64))
    longer.set(bytes)
    return longer
  },
  function remove(bytes, next) {
    const at = next(bytes.length)
    return join(bytes.subarray(0, at), bytes.subarray(at + 1 + next(8)))
  },
  function repeat(bytes, next) {
    const at = next(bytes.length)
    return join(bytes.subarray(0, at + next(24)), bytes.subarray(at))
  },
]

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length)
  out.set(a)
  out.set(b, a.length)
  return out
}
