/** The tokens of a typed expression. */

import { ExpressionError, expected, show } from '../../errors.ts'

export interface Token {
  readonly kind: 'number' | 'name' | 'symbol' | 'end'
  readonly text: string
  /** Index of its first character. */
  readonly at: number
}

/** Longer texts are refused before they are looked at. */
export const MOST_CHARACTERS = 10_000

// Sticky, so it never looks further than the token; no two of its parts match the same text, so it never tries twice.
const pattern =
  /(?<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)|(?<name>[A-Za-z]\w*(?:\.[A-Za-z]\w*)?)|[-+*/^(),[\]]/y

/**
 * All tokens of a text, the last one its end.
 *
 * @param source what the text is, for messages
 * @throws ExpressionError at a character that no token begins with
 */
export function tokensOf(source: string, text: string): Token[] {
  const tokens: Token[] = []
  let at = afterSpace(text, 0)
  while (at < text.length) {
    const token = tokenAt(source, text, at)
    tokens.push(token)
    at = afterSpace(text, at + token.text.length)
  }
  return [...tokens, { kind: 'end', text: '', at: text.length }]
}

function afterSpace(text: string, from: number): number {
  let at = from
  while (at < text.length && ' \t\r\n'.includes(text[at]!)) at++
  return at
}

function tokenAt(source: string, text: string, at: number): Token {
  pattern.lastIndex = at
  const match = pattern.exec(text)
  if (match === null) {
    const got = show(String.fromCodePoint(text.codePointAt(at)!))
    throw misread(source, 'to have only numbers, names, + - * / ^ ( ) [ ] and commas', got, at)
  }
  const kind =
    match.groups!['number'] !== undefined ? 'number' : match.groups!['name'] !== undefined ? 'name' : 'symbol'
  return { kind, text: match[0], at }
}

/** What was expected at a character, which the message counts from 1. */
export function misread(source: string, wanted: string, got: string | number, at: number, hint = ''): ExpressionError {
  return new ExpressionError(expected(source, wanted, `${got} at character ${at + 1}`) + hint, at)
}
