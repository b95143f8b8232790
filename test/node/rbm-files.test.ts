// RBMs in files on disk.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { RBM } from '#gibbsite'
import { firstDifference } from '../support/bytes.ts'
import { allStates } from '../support/enumeration.ts'

const folder = mkdtempSync(join(tmpdir(), 'gibbsite-rbm-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('an RBM in a file', () => {
  const data = allStates(6)

  it('is the one that was saved, and goes on with its training', async () => {
    const path = join(folder, 'model.safetensors')
    const rbm = new RBM({ visible: 6, hidden: 3, seed: 1 })
    await rbm.fit(data, { epochs: 2, batch: 10, seed: 2 })
    await rbm.save(path)
    expect(firstDifference(new Uint8Array(readFileSync(path)), rbm.toBytes())).toBe(-1)
    const copy = await RBM.load(path)
    await rbm.fit(data, { resume: true, epochs: 4 })
    await copy.fit(data, { resume: true, epochs: 4 })
    expect(firstDifference(copy.toBytes(), rbm.toBytes())).toBe(-1)
    expect(readdirSync(folder)).toEqual(['model.safetensors'])
  })

  it('may be saved at the end of every epoch, by the loop over the epochs', async () => {
    const path = join(folder, 'epoch.safetensors')
    const rbm = new RBM({ visible: 6, hidden: 3, seed: 1 })
    for await (const { epoch } of rbm.fit(data, { epochs: 3, batch: 10, seed: 2 })) {
      await rbm.save(path)
      expect((await RBM.load(path)).training).toMatchObject({ epoch, step: 0 })
    }
  })

  it('that is missing or damaged is named', async () => {
    const missing = join(folder, 'missing.safetensors')
    await expect(RBM.load(missing)).rejects.toThrow(`cannot read ${missing}: there is no such file or folder (ENOENT)`)
    const broken = join(folder, 'broken.safetensors')
    writeFileSync(broken, 'not a model')
    await expect(RBM.load(broken)).rejects.toThrow(`${broken}: expected`)
    const rbm = new RBM({ visible: 6, hidden: 3 })
    await expect(rbm.save(join(folder, 'none', 'model'))).rejects.toThrow('cannot write')
  })
})
