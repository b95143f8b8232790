/** Where models are saved: files, in the builds that have any. The entry of each build says so (index.node.ts). */

import { GibbsiteError } from '../errors.ts'

export interface Files {
  /** All bytes of a file. Throws `FileError`. */
  read(path: string): Promise<Uint8Array>
  /** Writes a file, whole or not at all. Throws `FileError`. */
  write(path: string, bytes: Uint8Array): Promise<void>
  /** Runs a reader of a file's bytes; a `FormatError` of it names the path. */
  within<Result>(path: string, read: () => Result): Promise<Result>
}

let current: Files | undefined

export function useFiles(files: Files): void {
  current = files
}

/** @param instead what to call where there are no files */
export function files(instead: string): Files {
  if (current !== undefined) return current
  throw new GibbsiteError(`there are no files here, in a browser: use ${instead}`)
}
