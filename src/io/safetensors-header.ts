/**
 * The JSON header of a safetensors file, as bytes of unknown origin. `JSON.parse` alone would let pass what the format
 * forbids (a name used twice: readers would disagree which one counts) and would build whatever is asked for (a hundred
 * megabytes of nested brackets), so the text is scanned first.
 */

import { FormatError, show } from '../errors.ts'
import { bad } from './bytes.ts'

/** { name: { shape: [ : three levels, and one to spare for what later versions may add. */
const DEEPEST = 4
const MOST_COMMAS = 1 << 22

/** The header as an object without duplicates; its values are still unchecked. */
export function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  const text = decodeText(bytes)
  if (text[0] !== '{') bad('a safetensors header that begins with {', show(text.slice(0, 8)))
  scan(text)
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new FormatError('expected a safetensors header in JSON; got something else', { cause })
  }
}

function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new FormatError('expected a safetensors header in UTF-8; got other bytes', { cause })
  }
}

/** One pass over the text: depth, number of entries, names. What is not JSON at all is left to `JSON.parse`. */
function scan(text: string): void {
  const open: (Set<string> | undefined)[] = [] // the keys so far of whatever is open
  let commas = 0
  for (let i = 0; i < text.length; i++) {
    const c = text[i]
    if (c === '{' || c === '[') open.push(undefined)
    else if (c === '}' || c === ']') open.pop()
    else if (c === ',') commas++
    else if (c === '"') i = string(text, i, open)
    if (open.length > DEEPEST) bad(`a safetensors header at most ${DEEPEST} levels deep`, 'a deeper one')
    if (commas > MOST_COMMAS) bad(`a safetensors header of at most ${MOST_COMMAS} entries`, 'more')
  }
}

/** Passes over the string that begins at `start`; a key is checked against the keys before it. Returns its last index. */
function string(text: string, start: number, open: (Set<string> | undefined)[]): number {
  let end = start + 1
  while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1
  if (open.length > 0 && isKey(text, end + 1)) {
    const key = unquote(text.slice(start, end + 1))
    const keys = (open[open.length - 1] ??= new Set())
    if (keys.has(key)) bad('every name in a safetensors header once', `${show(key)} twice`)
    keys.add(key)
  }
  return end
}

function isKey(text: string, from: number): boolean {
  let i = from
  while (i < text.length && (text[i] === ' ' || text[i] === '\n' || text[i] === '\r' || text[i] === '\t')) i++
  return text[i] === ':'
}

// Two spellings of one name ("a" and "\u0061") are one name.
function unquote(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1)
  try {
    return JSON.parse(quoted)
  } catch {
    return quoted // not JSON: the parse of the whole says so
  }
}
