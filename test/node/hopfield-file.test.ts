// Hopfield networks in files on disk.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { Hopfield } from '#gibbsite'
import { spins } from '../support/hopfield.ts'

const folder = mkdtempSync(join(tmpdir(), 'gibbsite-hopfield-'))
afterAll(() => rmSync(folder, { recursive: true }))

it('a network is saved and loaded', async () => {
  const path = join(folder, 'net.safetensors')
  const net = new Hopfield({ units: 30 })
  await net.store(spins(4, 30, 1), { rule: 'storkey' })
  await net.save(path)
  expect((await Hopfield.load(path)).toBytes()).toEqual(net.toBytes())
})

it('a file that is none, or is not there, is named', async () => {
  const path = join(folder, 'broken.safetensors')
  writeFileSync(path, new Hopfield({ units: 30 }).toBytes().subarray(0, 200))
  await expect(Hopfield.load(path)).rejects.toMatchObject({
    name: 'FormatError',
    message: expect.stringContaining(path),
  })
  await expect(Hopfield.load(join(folder, 'none'))).rejects.toMatchObject({ name: 'FileError', code: 'ENOENT' })
})
