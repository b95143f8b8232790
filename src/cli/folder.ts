/** The place where results go, looked at before hours are spent on them. */

import { randomBytes } from 'node:crypto'
import { mkdir, stat, statfs, unlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { FileError } from '../errors.ts'
import { fileError } from '../io/files.node.ts'
import { UsageError } from './failure.ts'

/**
 * Makes the folder if need be, writes a small file in it and takes it away again, and looks for free space.
 *
 * @param bytes how much will be written
 * @throws FileError of one sentence
 */
export async function prepareFolder(path: string, bytes = 0): Promise<void> {
  const probe = join(path, `.gibbsite-${randomBytes(8).toString('hex')}.tmp`)
  try {
    await mkdir(path, { recursive: true })
    await writeFile(probe, 'gibbsite', { flag: 'wx' })
    await unlink(probe)
  } catch (cause) {
    const isFile = (cause as NodeJS.ErrnoException).code === 'EEXIST'
    if (isFile) throw new UsageError(`expected a folder for the results; ${path} is a file`, { cause })
    throw fileError('write into', path, cause)
  }
  await checkSpace(path, bytes)
}

/** The same for a single file: its folder must be there or be made, and be writable, and the name must not be taken. */
export async function prepareFile(path: string, bytes = 0): Promise<void> {
  const old = await stat(path).catch(() => undefined)
  if (/[/\\]$/.test(path) || old?.isDirectory())
    throw new UsageError(`expected a file for the result; ${path} is a folder`)
  if (old && !old.isFile())
    throw new UsageError(`expected a file for the result; ${path} is a device, a pipe or a socket`)
  return prepareFolder(dirname(path), bytes)
}

async function checkSpace(path: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(path)
  if (bavail * bsize >= bytes) return
  const megabytes = (n: number) => `${Math.ceil(n / 1e6)} MB`
  const message = `cannot write into ${path}: ${megabytes(bytes)} are needed and ${megabytes(bavail * bsize)} are free (ENOSPC)`
  throw new FileError(message, path, 'ENOSPC')
}
