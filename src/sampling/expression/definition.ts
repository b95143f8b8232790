/** Whether parts make a model. */

import { ArgumentError, expected, show } from '../../errors.ts'
import type { Definition } from './compile.ts'
import { Expression, type ExpressionLike, toExpression } from './expression.ts'
import { inOrder } from './lower.ts'
import { coordinatesOf, MOST_ELEMENTS, type ParameterSpec, parameterSpec } from './parameter-spec.ts'
import { showShape } from './shape.ts'

/** @throws ArgumentError where a parameter is missing, unused or named twice, or something has a wrong form */
export function checkDefinition(
  parameters: unknown,
  terms: readonly unknown[] | undefined,
  derived: Readonly<Record<string, ExpressionLike>> | undefined,
): Definition {
  const specs = checkParameters(parameters)
  const checked = checkTerms(terms)
  const reported = checkDerived(derived, specs)
  const used = parametersIn(checked)
  const unused = specs.find((spec) => !used.has(spec))
  if (unused !== undefined) {
    throw new ArgumentError(expected('logDensity', `to depend on the parameter ${unused.name}`, 'none of it'))
  }
  for (const spec of [...used, ...parametersIn(reported.map(([, value]) => value))]) {
    if (specs.includes(spec)) continue
    throw new ArgumentError(expected('parameters', `to have ${spec.name}, which an expression uses`, namesOf(specs)))
  }
  return { parameters: specs, terms: checked, derived: reported }
}

function namesOf(specs: readonly ParameterSpec[]): string {
  return specs
    .slice(0, 8)
    .map(({ name }) => name)
    .join(', ')
}

function checkParameters(parameters: unknown): ParameterSpec[] {
  if (!Array.isArray(parameters) || parameters.length === 0) {
    throw new ArgumentError(expected('parameters', 'to be an array of at least one parameter', show(parameters)))
  }
  const specs = parameters.map((parameter, i) => {
    const content = parameter instanceof Expression ? parameter.content : undefined
    if (content?.op === 'param') return content.parameter
    throw new ArgumentError(expected('parameters', 'to be what `param` made', `${show(parameter)} at index ${i}`))
  })
  checkNames(specs.map(({ name }) => name))
  const dim = specs.reduce((sum, spec) => sum + coordinatesOf(spec), 0)
  if (dim <= MOST_ELEMENTS) return specs
  throw new ArgumentError(expected('parameters', `to have at most ${MOST_ELEMENTS} coordinates`, dim))
}

function checkNames(names: readonly string[]): void {
  const seen = new Set<string>()
  for (const name of names) {
    if (seen.has(name)) throw new ArgumentError(expected('names', 'to differ', `${name} twice`))
    seen.add(name)
  }
}

function checkTerms(terms: readonly unknown[] | undefined): Expression[] {
  if (!Array.isArray(terms) || terms.length === 0) {
    throw new ArgumentError(expected('logDensity', 'to be an expression or an array of them', show(terms)))
  }
  return terms.map((term, i) => {
    if (!(term instanceof Expression)) {
      throw new ArgumentError(expected('logDensity', 'to hold expressions', `${show(term)} at index ${i}`))
    }
    if (term.shape.length < 2) return term
    throw new ArgumentError(expected('logDensity', 'to hold numbers and vectors', showShape(term.shape)))
  })
}

function checkDerived(
  derived: Readonly<Record<string, ExpressionLike>> | undefined,
  specs: readonly ParameterSpec[],
): [string, Expression][] {
  if (derived === undefined) return []
  if (typeof derived !== 'object' || derived === null || Array.isArray(derived)) {
    throw new ArgumentError(expected('derived', 'to be an object of expressions', show(derived)))
  }
  const entries = Object.entries(derived).map(([name, value]): [string, Expression] => {
    const expression = toExpression(parameterSpec(name, {}).name, value)
    if (expression.shape.length < 2) return [name, expression]
    throw new ArgumentError(expected(name, 'to be a number or a vector', showShape(expression.shape)))
  })
  checkNames([...specs.map(({ name }) => name), ...entries.map(([name]) => name)])
  return entries
}

function parametersIn(expressions: readonly Expression[]): Set<ParameterSpec> {
  const found = new Set<ParameterSpec>()
  for (const { content } of inOrder(expressions)) if (content.op === 'param') found.add(content.parameter)
  return found
}
