/** The forms an answer can take, and which of them a client asks for. */

import { encodeNpy } from '../io/npy.ts'
import type { Answer } from './answer.ts'
import { encodeArrow } from './arrow.ts'
import { jsonText } from './json.ts'
import { Refusal } from './refusal.ts'

export const types = {
  json: 'application/json',
  npy: 'application/x-npy',
  arrow: 'application/vnd.apache.arrow.stream',
  ndjson: 'application/x-ndjson',
} as const

export type Format = keyof typeof types

/** In the order in which they are preferred where a client takes any. */
const formats = Object.keys(types) as Format[]
const MOST_WORDS = 32

/**
 * The form that an `Accept` header asks for; JSON where there is none.
 *
 * @throws Refusal (406) where it asks for none that there is
 */
export function formatFor(accept: string | undefined, offered: readonly Format[] = formats): Format {
  if (accept === undefined || accept === '*/*' || accept === types.json) return offered[0]!
  const wanted = accept.split(',', MOST_WORDS).map(parseWord)
  wanted.sort((a, b) => b.weight - a.weight)
  for (const { type, weight } of wanted) {
    const found = offered.find((format) => weight > 0 && matches(types[format], type))
    if (found !== undefined) return found
  }
  throw new Refusal(
    406,
    `expected to be asked for ${offered.map((format) => types[format]).join(', ')}; got other types`,
  )
}

function parseWord(text: string): { type: string; weight: number } {
  const [type, ...parameters] = text.split(';', MOST_WORDS).map((part) => part.trim().toLowerCase())
  const weight = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1)
  return { type: type!, weight: Number.isFinite(weight) ? weight : 0 }
}

function matches(type: string, pattern: string): boolean {
  return pattern === '*/*' || pattern === type || (pattern.endsWith('/*') && type.startsWith(pattern.slice(0, -1)))
}

/** An answer as bytes, or as pieces of them. */
export interface Encoded {
  readonly body: Buffer | AsyncIterable<Buffer>
  readonly headers: Readonly<Record<string, string>>
}

/** @param more facts that come first */
export async function encode(
  format: Exclude<Format, 'ndjson'>,
  answer: Answer,
  more: Answer['facts'],
): Promise<Encoded> {
  if (format === 'json') return { body: jsonText(answer, more), headers: { 'content-type': types.json } }
  const facts = { ...more, ...answer.facts }
  const headers = { 'content-type': types[format], 'gibbsite-facts': headerText(facts) }
  if (format === 'arrow')
    return { body: await encodeArrow(answer.arrays, facts), headers: { 'content-type': types.arrow } }
  return { body: asBuffer(encodeNpy(Object.values(answer.arrays)[0] as Parameters<typeof encodeNpy>[0])), headers }
}

const LONGEST_HEADER = 4096

/** JSON that a header can hold: ASCII, and not too long; facts that are lists, one entry a row, are left out first. */
function headerText(facts: Answer['facts']): string {
  const escaped = (value: unknown) =>
    JSON.stringify(value).replace(/[^\x20-\x7e]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
  const text = escaped(facts)
  if (text.length <= LONGEST_HEADER) return text
  return escaped(Object.fromEntries(Object.entries(facts).filter(([, value]) => typeof value !== 'object')))
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}
