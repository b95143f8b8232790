/** Answers as JSON text, in pieces that leave the event loop free. */

import { yieldToEventLoop } from '../event-loop.ts'
import type { Answer, AnswerArray } from './answer.ts'

/** Numbers that are written without a break: a millisecond or two. */
const PIECE = 1 << 15

/** The whole text at once, where it is short; else its pieces. */
export function jsonText(answer: Answer, more: Answer['facts'] = {}): Buffer | AsyncIterable<Buffer> {
  const numbers = Object.values(answer.arrays).reduce((sum, { data }) => sum + data.length, 0)
  const parts = textOf(answer, more)
  return numbers <= PIECE ? Buffer.concat([...parts]) : inPieces(parts)
}

async function* inPieces(parts: Iterable<Buffer>): AsyncIterable<Buffer> {
  let [waiting, size]: [Buffer[], number] = [[], 0]
  for (const part of parts) {
    waiting.push(part)
    size += part.length
    if (size < PIECE) continue
    yield Buffer.concat(waiting)
    ;[waiting, size] = [[], 0]
    await yieldToEventLoop()
  }
  yield Buffer.concat(waiting)
}

/** `{"seed":7,"samples":[[0,1],[1,1]]}`, row by row. */
function* textOf({ facts, arrays }: Answer, more: Answer['facts']): Generator<Buffer> {
  yield Buffer.from(JSON.stringify({ ...more, ...facts }).slice(0, -1))
  let comma = Object.keys(facts).length + Object.keys(more).length > 0
  for (const [name, array] of Object.entries(arrays)) {
    yield Buffer.from(`${comma ? ',' : ''}${JSON.stringify(name)}:`)
    yield* nested(array)
    comma = true
  }
  yield Buffer.from('}')
}

/** The numbers in as many brackets as the array has dimensions. */
function* nested({ data, shape }: AnswerArray): Generator<Buffer> {
  const width = shape.at(-1)!
  const rows = data.length / width
  // How many rows each of the outer dimensions spans: where one begins a bracket opens.
  const spans = shape.slice(0, -1).map((_, axis) => shape.slice(axis + 1, -1).reduce((size, side) => size * side, 1))
  for (let r = 0; r < rows; r++) {
    const opened = spans.filter((span, axis) => r % (span * shape[axis]!) === 0).length
    const closed = spans.filter((span, axis) => (r + 1) % (span * shape[axis]!) === 0).length
    yield* rowParts(data.subarray(r * width, (r + 1) * width), opened, closed, r > 0)
  }
}

function* rowParts(row: AnswerArray['data'], opened: number, closed: number, comma: boolean): Generator<Buffer> {
  yield Buffer.from(`${comma ? ',' : ''}${'['.repeat(opened)}`)
  for (let first = 0; first < row.length; first += PIECE) {
    const part = row.subarray(first, first + PIECE)
    const text = part instanceof Uint8Array ? digits(part) : numbers(part)
    if (first > 0) text[0] = COMMA
    yield first + PIECE < row.length ? text.subarray(0, -1) : text
  }
  yield Buffer.from(']'.repeat(closed))
}

const [ZERO, COMMA, OPEN, CLOSE] = [48, 44, 91, 93]

/** `[0,1,1]` of zeros and ones. */
function digits(row: Uint8Array): Buffer {
  const text = Buffer.allocUnsafe(2 * row.length + 1)
  text[0] = OPEN
  for (let i = 0; i < row.length; i++) {
    text[2 * i + 1] = ZERO + row[i]!
    text[2 * i + 2] = COMMA
  }
  text[2 * row.length] = CLOSE
  return text
}

/** JSON has no NaN and no infinity: null. */
function numbers(row: AnswerArray['data']): Buffer {
  return Buffer.from(JSON.stringify(Array.from(row)))
}
