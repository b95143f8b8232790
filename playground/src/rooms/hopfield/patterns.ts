/** Patterns of 16 x 16 units: some to pick from, and their short writing. */

export const SIDE = 16
export const UNITS: number = SIDE * SIDE

/** -1 and +1, row after row. */
export type Pattern = Int8Array

export interface Named {
  readonly name: string
  readonly pattern: Pattern
}

/** Drawn at half the size; every mark becomes four units. */
const DRAWINGS: Record<string, string> = {
  'letter G': '.######./##....##/##....../##....../##..####/##....##/##....##/.######.',
  'letter I': '.######./...##.../...##.../...##.../...##.../...##.../...##.../.######.',
  'letter B': '######../##...##./##...##./######../##...##./##....##/##....##/#######.',
  'letter S': '.######./##....##/##....../.######./......##/......##/##....##/.######.',
  'letter T': '########/########/...##.../...##.../...##.../...##.../...##.../...##...',
  'letter E': '########/##....../##....../######../##....../##....../##....../########',
  face: '..####../.#....#./#.#..#.#/#......#/#.#..#.#/#..##..#/.#....#./..####..',
  heart: '.##..##./########/########/########/.######./..####../...##.../........',
  house: '...##.../..####../.######./########/.#....#./.#.##.#./.#.##.#./.######.',
  arrow: '...#..../...##.../######../#######./#######./######../...##.../...#....',
  ring: '..####../.######./###..###/##....##/##....##/###..###/.######./..####..',
  cross: '##....##/###..###/.######./..####../..####../.######./###..###/##....##',
  stripes: '##..##../##..##../##..##../##..##../##..##../##..##../##..##../##..##..',
  checks: '##..##../##..##../..##..##/..##..##/##..##../##..##../..##..##/..##..##',
}

export const CATALOGUE: readonly Named[] = Object.entries(DRAWINGS).map(([name, drawing]) => ({
  name,
  pattern: enlarged(drawing.split('/')),
}))

function enlarged(rows: readonly string[]): Pattern {
  return Int8Array.from({ length: UNITS }, (_, i) => {
    const [y, x] = [Math.floor(i / SIDE), i % SIDE]
    return rows[y >> 1]![x >> 1] === '#' ? 1 : -1
  })
}

/** Four units a hexadecimal digit, +1 as a set bit: 64 digits. */
export function toHex(pattern: Pattern): string {
  const digits = Array.from({ length: UNITS / 4 }, (_, k) => {
    const bits = pattern.subarray(4 * k, 4 * k + 4)
    return bits.reduce((sum, spin) => 2 * sum + (spin > 0 ? 1 : 0), 0).toString(16)
  })
  return digits.join('')
}

/** Mean of the products of two patterns: 1 where they are equal, -1 where one is the other's mirror image. */
export function overlap(a: Pattern, b: Pattern): number {
  return a.reduce((sum, spin, i) => sum + spin * b[i]!, 0) / UNITS
}
