/**
 * The errors of the library. Each is one sentence that says what was expected and what came, so that it can be shown to
 * a user as it is; the class says who can do something about it.
 */

/** The base of every error thrown on purpose: `error instanceof GibbsiteError` tells them from a bug. */
export class GibbsiteError extends Error {
  override name = 'GibbsiteError'
}

/** An argument or option of a call was wrong. Nothing has been changed by the call. */
export class ArgumentError extends GibbsiteError {
  override name = 'ArgumentError'
}

/** Cholesky's decomposition of the matrix `matrix` fails at `pivot`, a row number from 0, where `value` is left. */
export class NotPositiveDefiniteError extends ArgumentError {
  override name = 'NotPositiveDefiniteError'

  constructor(
    readonly matrix: string,
    readonly pivot: number,
    readonly value: number,
  ) {
    super(expected(matrix, `to be positive definite, with every pivot above 0`, `${value} at pivot ${pivot}`))
  }
}

/** Pattern number `pattern` (from 0) is a combination of those before it, which the rule asked for can't store. */
export class DependentPatternsError extends ArgumentError {
  override name = 'DependentPatternsError'

  constructor(readonly pattern: number) {
    super(
      `expected \`patterns\` to be linearly independent, or a \`ridge\`; got pattern ${pattern}, a combination of earlier ones`,
    )
  }
}

/** A typed expression can't be read, or means nothing. `position` is the index of the character where, from 0. */
export class ExpressionError extends ArgumentError {
  override name = 'ExpressionError'

  constructor(
    message: string,
    readonly position: number,
  ) {
    super(message)
  }
}

/** The bytes of a file are not what they claim to be. Nothing of the file has been used. */
export class FormatError extends GibbsiteError {
  override name = 'FormatError'
}

/** A file or folder could not be read or written; `path` and the system's `code` (such as `ENOSPC`) say which and why. */
export class FileError extends GibbsiteError {
  override name = 'FileError'

  constructor(
    message: string,
    readonly path: string,
    readonly code: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** No backend could be loaded, or the one that was asked for could not. */
export class BackendError extends GibbsiteError {
  override name = 'BackendError'
}

/**
 * A long call was stopped by its `AbortSignal`. `partial` is what had been finished by then: a prefix of what the whole
 * run would have given, never a torn step. `cause` is the signal's reason.
 */
export class AbortError<Done = unknown> extends GibbsiteError {
  override name = 'AbortError'

  constructor(
    readonly partial?: Done | undefined,
    options?: ErrorOptions,
  ) {
    super('the run was aborted; what was finished is in `partial`', options)
  }
}

/** Training left the finite numbers: `what` became NaN or infinite in step `step`. The last good parameters are kept. */
export class DivergenceError extends GibbsiteError {
  override name = 'DivergenceError'

  constructor(
    readonly step: number,
    readonly what: string,
  ) {
    super(
      `training diverged: expected ${what} to stay finite; it did not in step ${step}. ` +
        'The parameters before that step are kept; try a smaller learning rate',
    )
  }
}

/**
 * The linear map of the layer `layer` of a flow, such as `layers[3] (linear)`, can't be inverted in single precision any
 * more. The parameters before it are kept.
 */
export class IllConditionedError extends GibbsiteError {
  override name = 'IllConditionedError'

  constructor(readonly layer: string) {
    super(
      `expected the matrix of ${layer} to have a condition number of at most 10^6, so that its inverse keeps some digits; ` +
        'got a larger one. In training, try a smaller learning rate',
    )
  }
}

/** Where a density failed: which row of a batch, which chain, in which of its steps, and what had been drawn by then. */
export interface DensityFailure<Done = unknown> {
  /** Row of the batch that was evaluated. */
  readonly row?: number | undefined
  readonly chain?: number | undefined
  /** Steps the chain had made, warm-up included; undefined at its start point. */
  readonly step?: number | undefined
  /** The draws made so far. */
  readonly partial?: Done | undefined
  /** What the density threw. */
  readonly cause?: unknown
  /** What was expected, where it was not a log density: `conditionals[2] to give a finite number`. */
  readonly wanted?: string | undefined
}

/**
 * A log density threw, or was NaN or plus infinity, at `point`, where chain `chain` wanted to go in step `step`. (Minus
 * infinity is no failure: a density of zero, so the step is rejected.) `partial` holds the draws before.
 */
export class DensityError<Done = unknown> extends GibbsiteError {
  override name = 'DensityError'
  readonly #wanted: string
  readonly row: number | undefined
  readonly chain: number | undefined
  readonly step: number | undefined
  readonly partial: Done | undefined

  /** @param got what came instead of a number: `NaN`, `Infinity`, `an error: ...` */
  constructor(
    readonly got: string,
    readonly point: Float64Array,
    where: DensityFailure<Done> = {},
  ) {
    const { row, chain, step, partial, cause, wanted = 'the log density to be a finite number or -Infinity' } = where
    const place =
      chain === undefined ? '' : `${step === undefined ? 'the start of' : `step ${step} of`} chain ${chain}, `
    super(`expected ${wanted}; got ${got} at ${place}${showPoint(point)}`, cause === undefined ? undefined : { cause })
    this.row = row
    this.chain = chain
    this.step = step
    this.partial = partial
    this.#wanted = wanted
  }

  /** The same failure with more known about it. */
  with(more: DensityFailure<Done>): DensityError<Done> {
    const [wanted, { row, chain, step, partial, cause }] = [this.#wanted, this]
    return new DensityError(this.got, this.point, { row, chain, step, partial, cause, wanted, ...more })
  }
}

const MOST_COORDINATES = 8

function showPoint(point: Float64Array): string {
  const shown = Array.from(point.subarray(0, MOST_COORDINATES), String).join(', ')
  return `x = [${shown}${point.length > MOST_COORDINATES ? ', …' : ''}]`
}

/** The one sentence of an argument error: ``expected `data` to have 784 columns; got 783``. */
export function expected(what: string, wanted: string, got: string | number): string {
  return `expected \`${what}\` ${wanted}; got ${got}`
}

const LONGEST_SHOWN = 60

/** A value in a few words for a message. Never throws and never calls code of the value's own. */
export function show(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length > LONGEST_SHOWN ? `${value.slice(0, LONGEST_SHOWN)}…` : value)
    case 'bigint':
      return `${shorten(value.toString())}n`
    case 'object':
      return showObject(value)
    case 'function':
      return 'a function'
    case 'symbol':
      return 'a symbol'
    default:
      return Object.is(value, -0) ? '-0' : String(value)
  }
}

function showObject(value: object | null): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return `an array of length ${value.length}`
  if (ArrayBuffer.isView(value)) return showView(value)
  return 'an object'
}

function showView(view: ArrayBufferView): string {
  if (view instanceof DataView) return `a DataView of ${view.byteLength} bytes`
  // The getter of the built-in prototype, not `constructor.name`, which a minifier or a caller may have changed.
  const tag = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)
  return `a ${tag?.get?.call(view)} of length ${(view as Uint8Array).length}`
}

function shorten(text: string): string {
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text
}
