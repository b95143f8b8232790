/** Eigenvalues of a transition matrix: those of the blocks of its classes, each by the method that suits it. */

import type { BackendArray } from '../../backend/backend.ts'
import { GibbsiteError } from '../../errors.ts'
import type { Work } from './work.ts'

/** Eigenvalues by falling modulus, then by falling real part. */
export interface Spectrum {
  readonly real: Float64Array
  readonly imaginary: Float64Array
}

/** States of a class without detailed balance up to which all eigenvalues are found: its matrix fits a core's cache. */
export const MOST_GENERAL = 512

/** What a column of the symmetric reduction costs, in rows of an elimination. */
const COLUMN = 9
const QR_OPERATIONS = 1e7

/** Of D^(1/2) P D^(-1/2), which is symmetric where flows are balanced. `block` is left as it is. */
export async function symmetricEigenvalues(
  work: Work,
  block: BackendArray<Float64Array>,
  n: number,
): Promise<Spectrum> {
  const matrix = work.take(n * n)
  await work.run(4 * n * n, 'markovSymmetric', block, n, matrix)
  const [reflector, image, real, beside] = Array.from({ length: 4 }, () => new Float64Array(n)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  work.expect(n, COLUMN)
  const columns = (first: number, count: number) =>
    work.run(4 * n * n * count, 'symmetricTridiagonal', matrix, first, count, reflector, image, real, beside)
  await work.pieces(n, 4 * n * n, columns, COLUMN)
  work.give(matrix)
  // Of a part of a stochastic matrix, so the norm is 1 at most.
  const values = (first: number, count: number) =>
    work.run(60 * n * count, 'tridiagonalEigenvalues', real, beside, 1, first, count).then(checkFound)
  await work.pieces(n, 60 * n, values, 0)
  return { real, imaginary: new Float64Array(n) }
}

/** Of any matrix of at most MOST_GENERAL states. `block` is overwritten. */
export async function generalEigenvalues(work: Work, block: BackendArray<Float64Array>, n: number): Promise<Spectrum> {
  work.expect(n, COLUMN)
  const columns = (first: number, count: number) => work.run(8 * n * n * count, 'hessenberg', block, n, first, count)
  await work.pieces(n, 8 * n * n, columns, COLUMN)
  const [state, real, imaginary] = [Int32Array.of(n, 0), new Float64Array(n), new Float64Array(n)]
  const step = 20 * n * n
  const steps = Math.ceil(QR_OPERATIONS / step)
  let left = n
  while (left > 0) {
    // Some two or three steps find an eigenvalue.
    const cost = step * Math.min(steps, 3 * left)
    const go = async () => {
      left = await work.run(cost, 'hessenbergEigenvalues', block, steps, state, real, imaginary)
    }
    await work.pieces(1, cost, go, 0)
    checkFound(left >= 0)
  }
  return { real, imaginary }
}

function checkFound(found: boolean): void {
  if (!found) throw new GibbsiteError('the eigenvalues of `P` were not found: an iteration did not converge')
}

export function modulus(real: number, imaginary: number): number {
  return imaginary === 0 ? Math.abs(real) : Math.sqrt(real * real + imaginary * imaginary)
}

/** All eigenvalues of several classes as one list, in order. */
export function sortedSpectrum(parts: readonly Spectrum[]): Spectrum {
  const all = parts.flatMap(({ real, imaginary }) => Array.from(real, (re, k) => [re, imaginary[k]!] as const))
  const sized = all.map(([re, im]) => ({ re, im, size: modulus(re, im) }))
  sized.sort((a, b) => b.size - a.size || b.re - a.re || b.im - a.im)
  return { real: Float64Array.from(sized, ({ re }) => re), imaginary: Float64Array.from(sized, ({ im }) => im) }
}

/** The eigenvalue of a stochastic matrix that is 1, made exactly that; how many there are is the number of classes. */
export function pinUnit({ real, imaginary }: Spectrum): void {
  let nearest = 0
  const off = (k: number) => modulus(real[k]! - 1, imaginary[k]!)
  for (let k = 1; k < real.length; k++) if (off(k) < off(nearest)) nearest = k
  real[nearest] = 1
  imaginary[nearest] = 0
}
