import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import ts from 'typescript'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FileError, FormatError } from '../../src/errors.ts'
import { inFile, readFileBounded, writeFileAtomic } from '../../src/io/files.node.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gibbsite-'))
})
afterEach(() => rm(folder, { recursive: true }))

const bytes = new Uint8Array([1, 2, 3])
const at = (...names: string[]) => join(folder, ...names)

async function failure(call: Promise<unknown>): Promise<FileError> {
  const error = await call.then(() => expect.fail('nothing was thrown')).catch((cause: unknown) => cause)
  expect(error).toBeInstanceOf(FileError)
  return error as FileError
}

describe('writing', () => {
  it('makes a file, replaces one, and leaves nothing beside it', async () => {
    await writeFileAtomic(at('a.bin'), bytes)
    await writeFileAtomic(at('a.bin'), new Uint8Array([9]))
    expect([...(await readFile(at('a.bin')))]).toEqual([9])
    expect(await readdir(folder)).toEqual(['a.bin'])
  })

  it('keeps the permissions of the old file and writes where a link points', async () => {
    await writeFile(at('real'), 'old')
    await chmod(at('real'), 0o640)
    await symlink(at('real'), at('link'))
    await writeFileAtomic(at('link'), bytes)
    expect([...(await readFile(at('real')))]).toEqual([1, 2, 3])
    expect((await stat(at('real'))).mode & 0o777).toBe(0o640)
    expect((await readdir(folder)).sort()).toEqual(['link', 'real'])
  })

  it('takes the longest name the system has', async () => {
    const name = 'x'.repeat(255)
    await writeFileAtomic(at(name), bytes)
    expect(await readdir(folder)).toEqual([name])
  })

  it('says what is in the way', async () => {
    await mkdir(at('dir'))
    await writeFile(at('file'), '')
    const cases: [string, string, string][] = [
      [at('none', 'a'), 'ENOENT', 'there is no such file or folder'],
      [at('dir'), 'EISDIR', 'it is a folder, not a file'],
      [`${at('new')}/`, 'EISDIR', 'it is a folder, not a file'],
      [at('file', 'a'), 'ENOTDIR', 'a part of the path is a file, not a folder'],
      [at('x'.repeat(256)), 'ENAMETOOLONG', 'the name is too long'],
      ['/dev/null', 'NOTFILE', 'it is a device, a pipe or a socket, not a file'],
    ]
    for (const [path, code, reason] of cases) {
      const error = await failure(writeFileAtomic(path, bytes))
      expect(error).toMatchObject({ path, code, message: `cannot write ${path}: ${reason} (${code})` })
    }
    const zero = await failure(writeFileAtomic(at('a\0b'), bytes))
    expect(zero.message).toContain('cannot write')
    expect((await readdir(folder)).sort()).toEqual(['dir', 'file'])
  })

  // A write that fails half-way for real: the process may not write files of more than a kilobyte. What a full disk does.
  it.skipIf(process.platform === 'win32')(
    'a write that fails half-way leaves the old file and nothing else',
    async () => {
      await writeFile(at('model'), 'the old one')
      const child = await childScript(`
      process.on('SIGXFSZ', () => {})
      await writeFileAtomic(${JSON.stringify(at('model'))}, new Uint8Array(1e6)).catch(({ message }) => console.log(message))
    `)
      const { stdout } = await promisify(execFile)('bash', ['-c', `ulimit -f 1; exec "${process.execPath}" "${child}"`])
      expect(stdout.trim()).toBe(`cannot write ${at('model')}: it would be larger than files may be here (EFBIG)`)
      expect(await readFile(at('model'), 'utf8')).toBe('the old one')
      expect((await readdir(folder)).filter((name) => name !== 'child').sort()).toEqual(['model'])
    },
  )
})

/** files.node.ts as plain JavaScript in a folder of its own, with a script that uses it. */
async function childScript(code: string): Promise<string> {
  const compilerOptions = {
    module: ts.ModuleKind.ESNext,
    target: ts.ScriptTarget.ES2022,
    rewriteRelativeImportExtensions: true,
  }
  await mkdir(at('child', 'io'), { recursive: true })
  await writeFile(at('child', 'package.json'), '{"type":"module"}')
  for (const name of ['errors', 'io/files.node']) {
    const source = await readFile(new URL(`../../src/${name}.ts`, import.meta.url), 'utf8')
    await writeFile(at('child', `${name}.js`), ts.transpileModule(source, { compilerOptions }).outputText)
  }
  await writeFile(at('child', 'run.js'), `import { writeFileAtomic } from './io/files.node.js'\n${code}`)
  return at('child', 'run.js')
}

describe('reading', () => {
  it('gives the bytes, also of an empty file', async () => {
    await writeFile(at('a'), bytes)
    await writeFile(at('empty'), '')
    expect(await readFileBounded(at('a'))).toEqual(bytes)
    expect(await readFileBounded(at('a'), 3)).toEqual(bytes)
    expect((await readFileBounded(at('empty'))).length).toBe(0)
  })

  it('says what is in the way', async () => {
    await writeFile(at('a'), bytes)
    await symlink(at('circle'), at('circle'))
    await promisify(execFile)('mkfifo', [at('pipe')])
    const cases: [string, string, string][] = [
      [at('none'), 'ENOENT', 'there is no such file or folder'],
      [folder, 'EISDIR', 'it is a folder, not a file'],
      [at('a', 'b'), 'ENOTDIR', 'a part of the path is a file, not a folder'],
      [at('circle'), 'ELOOP', 'its links go in a circle'],
      [at('pipe'), 'NOTFILE', 'it is a device, a pipe or a socket, not a file'],
      ['/dev/zero', 'NOTFILE', 'it is a device, a pipe or a socket, not a file'],
    ]
    for (const [path, code, reason] of cases) {
      expect((await failure(readFileBounded(path))).message).toBe(`cannot read ${path}: ${reason} (${code})`)
    }
    expect((await failure(readFileBounded(at('a'), 2))).message).toBe(
      `cannot read ${at('a')}: it has 3 bytes and at most 2 are read (TOOLARGE)`,
    )
  })

  it('does not begin to read what is too large', async () => {
    await writeFile(at('huge'), '')
    await truncate(at('huge'), 2 ** 33) // a sparse file: no disk is used
    expect((await failure(readFileBounded(at('huge')))).code).toBe('TOOLARGE')
  })

  it('inFile puts the path before what is wrong in the file', async () => {
    const wrong = inFile('digits.npy', () => {
      throw new FormatError('expected a; got b')
    })
    await expect(wrong).rejects.toThrow(new FormatError('digits.npy: expected a; got b'))
    expect(await inFile('x', async () => 3)).toBe(3)
  })
})
