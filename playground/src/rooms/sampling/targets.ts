/** The targets that can be chosen, and what a target is to the worker. */

/** A log density of x and y as text, or one of the library's test energies. */
export type TargetChoice =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'energy'; readonly energy: 'U1' | 'U2' | 'U3' | 'U4' }

interface Preset {
  readonly words: string
  readonly target: TargetChoice
}

const text = (words: string, expression: string): Preset => ({ words, target: { kind: 'text', text: expression } })

export const PRESETS = {
  ridge: text('a narrow ridge', '-(x^2 - 1.9 * x * y + y^2) / 0.2'),
  banana: text('a banana', '-x^2 / 4 - 2 * (y - x^2 / 2)^2'),
  hills: text('two hills', 'logAddExp(-((x - 2)^2 + y^2), -((x + 2)^2 + y^2))'),
  ring: text('a ring', '-8 * (sqrt(x^2 + y^2 + 0.001) - 2)^2'),
  funnel: text('a funnel', 'logPdf.normal(x, 0, 1.5) + logPdf.normal(y, 0, exp(x / 2))'),
  U2: { words: 'a wave (built in)', target: { kind: 'energy', energy: 'U2' } },
  U3: { words: 'a forked wave (built in)', target: { kind: 'energy', energy: 'U3' } },
} satisfies Record<string, Preset>

export type PresetName = keyof typeof PRESETS

/** The preset whose expression this is, or `typed`. */
export function presetOf(expression: string): PresetName | 'typed' {
  const found = (Object.keys(PRESETS) as PresetName[]).find((name) => {
    const { target } = PRESETS[name] as Preset
    return target.kind === 'text' && target.text === expression
  })
  return found ?? 'typed'
}
