/** Settings of a training: its options with all defaults filled in, as plain JSON that is saved with the model. */

import { ArgumentError, expected } from '../errors.ts'

/** Resuming takes the settings of the training resumed; an option that is given again must be the same. */
export function checkSame<S extends object>(
  checks: { readonly [K in keyof S]: (value: unknown) => S[K] },
  options: { readonly [K in keyof S]?: unknown },
  settings: S,
): void {
  for (const key of Object.keys(checks) as (keyof S & string)[]) {
    if (options[key] === undefined) continue
    const [before, now] = [JSON.stringify(settings[key]), JSON.stringify(checks[key](options[key]))]
    if (before === now) continue
    throw new ArgumentError(expected(key, `to be ${before}, as in the training that is resumed`, now))
  }
}

/** The options that were given. */
export function withoutUndefined(options: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

/** The whole number that a text of digits stands for, as settings keep seeds (JSON has no 64-bit integers); else the text. */
export function decimal(text: string): bigint | string {
  return /^\d{1,20}$/.test(text) ? BigInt(text) : text
}
