import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { encodeNpy, encodeSafetensors, tensor } from '#gibbsite'

const python = '/usr/bin/python3'
const folder = mkdtempSync(join(tmpdir(), 'gibbsite-'))
afterAll(() => rmSync(folder, { recursive: true }))

function has(module: string): boolean {
  try {
    execFileSync(python, ['-c', `import ${module}`], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function run(code: string, bytes: Uint8Array): string {
  const path = join(folder, 'file')
  writeFileSync(path, bytes)
  return execFileSync(python, ['-c', code, path], { encoding: 'utf8' }).trim()
}

describe.skipIf(!has('numpy'))('numpy reads what we write', () => {
  it.each([
    [new Float32Array([0.5, 1, 2, 3, 4, -5]), [2, 3], 'float32 (2, 3) [[0.5, 1.0, 2.0], [3.0, 4.0, -5.0]]'],
    [new Uint8Array([7]), [], 'uint8 () 7'],
    [new BigInt64Array([-(2n ** 60n)]), [1], 'int64 (1,) [-1152921504606846976]'],
    [new Float64Array(0), [0, 3], 'float64 (0, 3) []'],
  ])('%#', (data, shape, printed) => {
    const code = 'import sys, numpy as np; a = np.load(sys.argv[1]); print(a.dtype, a.shape, a.tolist())'
    expect(run(code, encodeNpy({ data, shape }))).toBe(printed)
  })
})

describe.skipIf(!has('safetensors.numpy'))('the safetensors of Python reads what we write', () => {
  it('names, types, shapes, numbers and metadata', () => {
    const code = `
import sys
from safetensors import safe_open
with safe_open(sys.argv[1], 'np') as f:
    print(f.metadata(), [(k, str(f.get_tensor(k).dtype), f.get_tensor(k).tolist()) for k in sorted(f.keys())])`
    const bytes = encodeSafetensors(
      { weights: tensor(new Float32Array([1, 2, 3, 4]), [2, 2]), 'α"': tensor(new Uint8Array([1])) },
      { kind: 'rbm' },
    )
    expect(run(code, bytes)).toBe(
      `{'kind': 'rbm'} [('weights', 'float32', [[1.0, 2.0], [3.0, 4.0]]), ('α"', 'uint8', [1])]`,
    )
  })
})
