// Boltzmann machines in files on disk.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { BoltzmannMachine } from '#gibbsite'
import { optionsOf, smallMachine } from '../support/boltzmann.ts'

const folder = mkdtempSync(join(tmpdir(), 'gibbsite-boltzmann-'))
afterAll(() => rmSync(folder, { recursive: true }))

const machine = new BoltzmannMachine({ visible: 30, ...optionsOf(smallMachine(30, 1, 'binary')) })

it('a machine is saved and loaded', async () => {
  const path = join(folder, 'machine.safetensors')
  await machine.save(path)
  expect((await BoltzmannMachine.load(path)).toBytes()).toEqual(machine.toBytes())
})

it('a file that is none, or is not there, is named', async () => {
  const path = join(folder, 'broken.safetensors')
  writeFileSync(path, machine.toBytes().subarray(0, 200))
  await expect(BoltzmannMachine.load(path)).rejects.toMatchObject({
    name: 'FormatError',
    message: expect.stringContaining(path),
  })
  await expect(BoltzmannMachine.load(join(folder, 'none'))).rejects.toMatchObject({ name: 'FileError', code: 'ENOENT' })
})
