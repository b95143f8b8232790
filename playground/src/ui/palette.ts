/** Palettes of 256 colours, in the colours of the theme. */

import { colour, themeVersion } from '../theme.ts'

/**
 * - `spins`: 1 is up, in the accent colour; 0 and 255 (-1 as a byte) are down.
 * - `grey`: 0 is the paper, 255 the ink.
 * - `signed`: 128 is the paper, 0 blue, 255 red.
 * - `heat`: 0 is the paper, 255 the accent colour at its strongest.
 */
export type PaletteName = 'spins' | 'grey' | 'signed' | 'heat'

type Rgb = readonly [red: number, green: number, blue: number]

const RAMPS: Record<Exclude<PaletteName, 'spins'>, readonly string[]> = {
  grey: ['--paper', '--ink'],
  signed: ['--cold', '--paper', '--hot'],
  heat: ['--paper', '--accent', '--ink'],
}

const made = new Map<PaletteName, { readonly version: number; readonly words: Uint32Array }>()

/** 256 colours as the words of an ImageData (red in the lowest byte). Made once for each theme. */
export function palette(name: PaletteName): Uint32Array {
  const version = themeVersion.peek()
  const known = made.get(name)
  if (known?.version === version) return known.words
  const words = name === 'spins' ? spins() : ramp(RAMPS[name].map(rgb))
  made.set(name, { version, words })
  return words
}

function spins(): Uint32Array {
  const words = new Uint32Array(256).fill(word(rgb('--paper')))
  words[1] = word(rgb('--accent'))
  return words
}

/** Evenly from the first colour over those between to the last. */
function ramp(stops: readonly Rgb[]): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, i) => {
    const place = (i / 255) * (stops.length - 1)
    const k = Math.min(Math.floor(place), stops.length - 2)
    return word(between(stops[k]!, stops[k + 1]!, place - k))
  })
}

function between(a: Rgb, b: Rgb, t: number): Rgb {
  const mix = (i: 0 | 1 | 2) => a[i] + (b[i] - a[i]) * t
  return [mix(0), mix(1), mix(2)]
}

function word([red, green, blue]: Rgb): number {
  return (0xff000000 | (Math.round(blue) << 16) | (Math.round(green) << 8) | Math.round(red)) >>> 0
}

function rgb(name: string): Rgb {
  const [red = 0, green = 0, blue = 0] = (colour(name).match(/[\d.]+/g) ?? []).map(Number)
  return [red, green, blue]
}
