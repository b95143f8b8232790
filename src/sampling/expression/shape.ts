/** Shapes of values in an expression: a number, a vector, or (of data only) a matrix. */

export type Shape = readonly [] | readonly [length: number] | readonly [rows: number, columns: number]

export function sizeOf(shape: Shape): number {
  return shape.reduce<number>((size, side) => size * side, 1)
}

/** `a number`, `[8]`, `[1000, 20]` */
export function showShape(shape: Shape): string {
  return shape.length === 0 ? 'a number' : `[${shape.join(', ')}]`
}

/** The shape of an operation that goes element by element, numbers serving every element; undefined where lengths differ. */
export function broadcast(shapes: readonly Shape[]): Shape | undefined {
  let length: number | undefined
  for (const shape of shapes) {
    if (shape.length === 2) return undefined
    if (shape.length === 0) continue
    if (length !== undefined && length !== shape[0]) return undefined
    length = shape[0]
  }
  return length === undefined ? [] : [length]
}
