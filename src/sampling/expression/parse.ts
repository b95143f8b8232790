/** Expressions typed as text: read by a parser of their own, never run as code. */

import { didYouMean } from '../../check.ts'
import { ArgumentError, ExpressionError, expected, show } from '../../errors.ts'
import type { MatrixLike } from '../../matrix.ts'
import { ElementBudget } from './element-budget.ts'
import { Expression, type ExpressionLike, operation, toExpression } from './expression.ts'
import { namedData } from './functions.ts'
import { parameterSpec } from './parameter-spec.ts'
import { sizeOf } from './shape.ts'
import { type TextFunction, textFunctions } from './text-functions.ts'
import { MOST_CHARACTERS, misread, type Token, tokensOf } from './tokens.ts'

/** What the names in a text stand for. */
export type NamesInText = Readonly<Record<string, ExpressionLike | MatrixLike>>

/**
 * Reads an expression: numbers, names, `+ - * / ^` with the usual precedence (`-x^2` is -(x^2), `^` goes from right to
 * left), parentheses, elements of vectors (`z[0]`, or `effect[group]` with indices that are data), the constants `pi` and `e`,
 * and all functions of models by their names in TypeScript: `logAddExp(a, b)`, `logPdf.normal(y, mu, sigma)`.
 *
 * The text is never run: it can only become operations of this language, so it may come from a stranger. It may have up to
 * 10,000 characters and 100 levels of parentheses.
 *
 * @param text the expression
 * @param names what its names stand for: parameters, other expressions, and data as numbers, arrays or arrays of rows
 * @throws ExpressionError, an ArgumentError of one sentence that says at which character what was expected; its `position`
 *   counts characters from 0
 * @throws ArgumentError where `names` has a wrong name or value
 *
 * @example
 * const [x, y] = [param('x'), param('y')]
 * const banana = model({ parameters: [x, y], logDensity: parseExpression('-x^2 / 2 - 2 * (y - x^2)^2', { x, y }) })
 */
export function parseExpression(text: string, names: NamesInText = {}): Expression {
  if (typeof names !== 'object' || names === null || Array.isArray(names)) {
    throw new ArgumentError(expected('names', 'to be an object of expressions and data', show(names)))
  }
  const entries = Object.entries(names).map(([name, value]) => [name, namedValue(name, value)] as const)
  return parseWith('text', text, new Map(entries), new ElementBudget())
}

/** An expression as it is, or data; the name is checked. */
export function namedValue(name: string, value: ExpressionLike | MatrixLike): Expression {
  parameterSpec(name, {})
  return value instanceof Expression ? value : namedData(name, value)
}

/** @param source what the text is, for messages */
export function parseWith(
  source: string,
  text: unknown,
  names: ReadonlyMap<string, Expression>,
  budget: ElementBudget,
): Expression {
  if (typeof text !== 'string') throw new ArgumentError(expected(source, 'to be an expression as text', show(text)))
  if (text.length > MOST_CHARACTERS) {
    throw new ArgumentError(expected(source, `to have at most ${MOST_CHARACTERS} characters`, text.length))
  }
  return new Parser(source, tokensOf(source, text), names, budget).whole()
}

const MOST_DEPTH = 100
const constants: ReadonlyMap<string, number> = new Map([
  ['pi', Math.PI],
  ['e', Math.E],
])
const sums = { '+': 'add', '-': 'sub' } as const
const products = { '*': 'mul', '/': 'div' } as const

/** By recursive descent, a method for each level of precedence. */
class Parser {
  readonly #source: string
  readonly #tokens: readonly Token[]
  readonly #names: ReadonlyMap<string, Expression>
  readonly #budget: ElementBudget
  #next = 0
  #depth = 0

  constructor(source: string, tokens: readonly Token[], names: ReadonlyMap<string, Expression>, budget: ElementBudget) {
    this.#source = source
    this.#tokens = tokens
    this.#names = names
    this.#budget = budget
  }

  whole(): Expression {
    const expression = this.#sum()
    if (this.#token.kind !== 'end') this.#fail('to have an operator or its end')
    return expression
  }

  get #token(): Token {
    return this.#tokens[this.#next]!
  }

  #sum(): Expression {
    return this.#chain(sums, () => this.#product())
  }

  #product(): Expression {
    return this.#chain(products, () => this.#signed())
  }

  /** Operators of one precedence, from left to right. */
  #chain(operators: typeof sums | typeof products, part: () => Expression): Expression {
    let left = part()
    for (;;) {
      const symbol = this.#token
      const operator = symbol.kind === 'symbol' ? operators[symbol.text as keyof typeof operators] : undefined
      if (operator === undefined) return left
      this.#next++
      const [a, b] = [left, part()]
      left = this.#made(symbol, () => operation(operator, [a, b]))
    }
  }

  #signed(): Expression {
    const sign = this.#token
    if (this.#take('+')) return this.#deeper(() => this.#signed())
    if (!this.#take('-')) return this.#power()
    const value = this.#deeper(() => this.#signed())
    return this.#made(sign, () => value.neg())
  }

  #power(): Expression {
    const base = this.#element()
    const symbol = this.#token
    if (!this.#take('^')) return base
    const exponent = this.#deeper(() => this.#signed())
    return this.#made(symbol, () => operation('pow', [base, exponent]))
  }

  /** `z`, `z[0]` */
  #element(): Expression {
    const vector = this.#primary()
    const bracket = this.#token
    if (!this.#take('[')) return vector
    const index = this.#deeper(() => this.#sum())
    this.#demand(']')
    return this.#made(bracket, () => elementOf(vector, index))
  }

  #primary(): Expression {
    const token = this.#token
    if (token.kind === 'number') return this.#number(token)
    if (token.kind === 'name') return this.#named(token)
    if (!this.#take('(')) return this.#fail('to have a number, a name or "("')
    const inner = this.#deeper(() => this.#sum())
    this.#demand(')')
    return inner
  }

  #number(token: Token): Expression {
    const value = Number(token.text)
    if (!Number.isFinite(value)) this.#fail('to have numbers below 1.8e308')
    this.#next++
    return toExpression(this.#source, value)
  }

  #named(token: Token): Expression {
    if (this.#tokens[this.#next + 1]!.text === '(') return this.#call(token)
    const value = this.#names.get(token.text) ?? constants.get(token.text)
    if (value === undefined) this.#unknown([...this.#names.keys(), ...constants.keys()], 'the names')
    this.#next++
    return toExpression(token.text, value)
  }

  #call(token: Token): Expression {
    const found = textFunctions.get(token.text)
    if (found === undefined) return this.#unknown([...textFunctions.keys()], 'the functions')
    this.#next += 2
    const args = this.#arguments()
    if (args.length < found.least || args.length > found.most) this.#wrongCount(token, found, args.length)
    return this.#made(token, () => found.apply(args))
  }

  #arguments(): Expression[] {
    const args: Expression[] = []
    if (this.#take(')')) return args
    do args.push(this.#deeper(() => this.#sum()))
    while (this.#take(','))
    this.#demand(')', '"," or ")"')
    return args
  }

  #wrongCount({ text, at }: Token, { least, most }: TextFunction, got: number): never {
    const count = least === most ? `${most}` : Number.isFinite(most) ? `${least} to ${most}` : `at least ${least}`
    const wanted = `to give ${text} ${count} ${count === '1' || count === 'at least 1' ? 'argument' : 'arguments'}`
    throw misread(this.#source, wanted, got, at)
  }

  /** What is `unknown` is the token at hand. */
  #unknown(known: readonly string[], what: string): never {
    const { text, at } = this.#token
    const wanted = `to use ${what} ${known.join(', ')}`
    throw misread(this.#source, wanted, show(text), at, didYouMean(text, known))
  }

  /** An operation; what is wrong with its arguments is said with its place. */
  #made(token: Token, make: () => Expression): Expression {
    const expression = this.#placed(token, make)
    this.#budget.take(sizeOf(expression.shape))
    return expression
  }

  #placed({ at }: Token, make: () => Expression): Expression {
    try {
      return make()
    } catch (error) {
      if (!(error instanceof ArgumentError)) throw error
      throw new ExpressionError(`${error.message}, at character ${at + 1} of \`${this.#source}\``, at)
    }
  }

  #deeper(part: () => Expression): Expression {
    if (++this.#depth > MOST_DEPTH) this.#fail(`to have at most ${MOST_DEPTH} levels`, 'more')
    const expression = part()
    this.#depth--
    return expression
  }

  #take(symbol: string): boolean {
    const found = this.#token.text === symbol
    if (found) this.#next++
    return found
  }

  #demand(symbol: string, wanted = `"${symbol}"`): void {
    if (!this.#take(symbol)) this.#fail(`to have ${wanted}`)
  }

  #fail(wanted: string, got?: string): never {
    const { kind, text, at } = this.#token
    throw misread(this.#source, wanted, got ?? (kind === 'end' ? 'its end' : show(text)), at)
  }
}

/** A number for an index that is a number, a vector for a vector of indices. */
function elementOf(vector: Expression, { content, shape }: Expression): Expression {
  if (content.op !== 'data' || shape.length === 2) {
    const got = content.op === 'data' ? 'a matrix' : 'an expression'
    throw new ArgumentError(expected('index', 'to be a whole number or data', got))
  }
  return shape.length === 0 ? vector.at(content.values[0]!) : vector.gather(content.values)
}
