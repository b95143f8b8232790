/** Labelled controls, each one signal: sliders, choices, numbers. */

import type { Signal } from '@preact/signals'
import { useId } from 'preact/hooks'

interface SliderProps {
  readonly label: string
  readonly value: Signal<number>
  readonly min: number
  readonly max: number
  readonly step: number
  /** How the value is written; default: as it is. */
  readonly show?: (value: number) => string
  /** One more sentence, below. */
  readonly hint?: string
  readonly disabled?: boolean
}

export function Slider({ label, value, min, max, step, show = String, hint, disabled }: SliderProps) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <output for={id}>{show(value.value)}</output>
      <input
        id={id}
        type="range"
        min={min}
        max={max}
        step={step}
        value={value.value}
        disabled={disabled}
        aria-valuetext={show(value.value)}
        onInput={({ currentTarget }) => (value.value = currentTarget.valueAsNumber)}
      />
      {hint && <small>{hint}</small>}
    </div>
  )
}

interface ChoiceProps<Value extends string | number> {
  readonly label: string
  readonly value: Signal<Value>
  readonly options: readonly (readonly [value: Value, words: string])[]
  readonly hint?: string
  readonly disabled?: boolean
}

export function Choice<Value extends string | number>({ label, value, options, hint, disabled }: ChoiceProps<Value>) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={String(value.value)}
        disabled={disabled}
        onChange={({ currentTarget }) => (value.value = options[currentTarget.selectedIndex]![0])}
      >
        {options.map(([option, words]) => (
          <option key={option} value={String(option)}>
            {words}
          </option>
        ))}
      </select>
      {hint && <small>{hint}</small>}
    </div>
  )
}

/** A whole number from 0 to 2^32 - 1 that makes a run repeatable. */
export function SeedField({ value, hint }: { readonly value: Signal<number>; readonly hint?: string }) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>Seed</label>
      <input
        id={id}
        type="number"
        min={0}
        max={2 ** 32 - 1}
        step={1}
        value={value.value}
        onChange={({ currentTarget }) => {
          if (currentTarget.validity.valid && currentTarget.value !== '') value.value = currentTarget.valueAsNumber
          else currentTarget.value = String(value.value)
        }}
      />
      {hint && <small>{hint}</small>}
    </div>
  )
}
