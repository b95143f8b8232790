/**
 * Files on disk. Writing is all or nothing: the bytes go to a new file beside the old one, are flushed to the disk, and
 * then take its name, so that a full disk, a crash or Ctrl-C in the middle leaves the old file as it was.
 */

import { randomBytes } from 'node:crypto'
import { type FileHandle, open, realpath, rename, stat, unlink } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'
import { FileError, FormatError } from '../errors.ts'

/** The largest file that is read when nothing else is said: 4 GiB less one byte. */
const LARGEST_FILE = 2 ** 32 - 1

/**
 * Writes a file, whole or not at all. A link is followed; an existing file keeps its permissions.
 *
 * @throws FileError of one sentence with the path and the cause; the old file is untouched and nothing is left behind
 */
export async function writeFileAtomic(path: string, bytes: Uint8Array): Promise<void> {
  try {
    const { target, mode } = await destination(path)
    const temporary = join(dirname(target), `.gibbsite-${randomBytes(8).toString('hex')}.tmp`)
    try {
      await writeAndFlush(temporary, bytes, mode)
      await rename(temporary, target)
    } catch (cause) {
      await unlink(temporary).catch(() => {}) // it may not exist; the first error is the one to tell
      throw cause
    }
    await flushFolder(dirname(target))
  } catch (cause) {
    throw fileError('write', path, cause)
  }
}

async function destination(path: string): Promise<{ target: string; mode: number }> {
  if (path.endsWith('/') || path.endsWith(sep)) throw Object.assign(new Error(), { code: 'EISDIR' })
  // The folder too, so that the file lands where the path pointed when the writing began.
  const target = await realpath(path).catch(async () => join(await realpath(dirname(path)), basename(path)))
  const old = await stat(target).catch(() => undefined)
  if (old?.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' })
  if (old && !old.isFile()) throw Object.assign(new Error(), { code: 'NOTFILE' })
  return { target, mode: old ? old.mode & 0o777 : 0o666 }
}

async function writeAndFlush(path: string, bytes: Uint8Array, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

// The new name is only safe from a power failure once its folder is on the disk. Not every file system can.
async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined)
  await folder?.sync().catch(() => {})
  await folder?.close()
}

/**
 * Reads a whole file of at most `most` bytes.
 *
 * @throws FileError of one sentence with the path and the cause: no such file, a folder, no permission, too large
 */
export async function readFileBounded(path: string, most: number = LARGEST_FILE): Promise<Uint8Array<ArrayBuffer>> {
  let file: FileHandle | undefined
  try {
    // Asked before it is opened: opening a pipe would wait for its other end.
    const found = await stat(path)
    if (found.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' })
    if (!found.isFile()) throw Object.assign(new Error(), { code: 'NOTFILE' })
    file = await open(path, 'r')
    return await readUpTo(file, (await file.stat()).size, most)
  } catch (cause) {
    throw fileError('read', path, cause)
  } finally {
    await file?.close()
  }
}

async function readUpTo(file: FileHandle, size: number, most: number): Promise<Uint8Array<ArrayBuffer>> {
  if (size > most) throw Object.assign(new Error(), { code: 'TOOLARGE', size, most })
  const bytes = new Uint8Array(size)
  let at = 0
  while (at < size) {
    const { bytesRead } = await file.read(bytes, at, size - at)
    if (bytesRead === 0) return bytes.slice(0, at) // cut while it was read
    at += bytesRead
  }
  return bytes
}

/** Runs a reader of a file's bytes; what it finds wrong is told with the path: `digits.npy: expected ...`. */
export async function inFile<Result>(path: string, read: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof FormatError) throw new FormatError(`${path}: ${error.message}`, { cause: error })
    throw error
  }
}

const reasons: Record<string, string> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EEXIST: 'there is a file of that name already',
  EISDIR: 'it is a folder, not a file',
  NOTFILE: 'it is a device, a pipe or a socket, not a file',
  EACCES: 'permission was denied',
  EPERM: 'the operation is not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left on the device',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'it would be larger than files may be here',
  EMFILE: 'too many files are open',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its links go in a circle',
}

/** An error of the system as a `FileError`: `cannot write out/x.npy: no space is left on the device (ENOSPC)`. */
export function fileError(verb: string, path: string, cause: unknown): FileError {
  const { code = 'UNKNOWN', message, size, most } = cause as Error & { code?: string; size?: number; most?: number }
  const reason = code === 'TOOLARGE' ? `it has ${size} bytes and at most ${most} are read` : (reasons[code] ?? message)
  return new FileError(`cannot ${verb} ${path}: ${reason} (${code})`, String(path), code, { cause })
}
