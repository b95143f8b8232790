/** Exact values for the two-dimensional Ising model on a torus, J = 1. */

/** Energy and magnetisation of every state of a small lattice, with their multiplicity by pairs. */
export function enumerated(rows: number, columns: number): Map<string, { e: number; m: number; count: number }> {
  const sites = rows * columns
  const found = new Map<string, { e: number; m: number; count: number }>()
  for (let state = 0; state < 2 ** sites; state++) {
    const spin = (row: number, column: number) =>
      (state >>> ((row % rows) * columns + (column % columns))) & 1 ? 1 : -1
    let [e, m] = [0, 0]
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        m += spin(i, j)
        e -= spin(i, j) * (spin(i + 1, j) + spin(i, j + 1))
      }
    }
    const key = `${e} ${m}`
    const entry = found.get(key)
    if (entry) entry.count++
    else found.set(key, { e, m, count: 1 })
  }
  return found
}

/** log Z of a torus of n x m spins at inverse temperature K [Kaufman 1949]. */
export function kaufmanLogZ(n: number, m: number, K: number): number {
  // cosh gamma_r = cosh 2K coth 2K - cos(pi r / n); gamma_0 = 2K + log tanh K, which is negative above the critical temperature.
  const c = (Math.cosh(2 * K) * Math.cosh(2 * K)) / Math.sinh(2 * K)
  const gamma = Array.from({ length: 2 * n }, (_, r) =>
    r === 0 ? 2 * K + Math.log(Math.tanh(K)) : Math.acosh(c - Math.cos((Math.PI * r) / n)),
  )
  const logs = (parity: number, hyperbolic: 'cosh' | 'sinh') => {
    let [log, sign] = [0, 1]
    for (let r = 0; r < n; r++) {
      const x = (m / 2) * gamma[2 * r + parity]!
      const size = Math.abs(x)
      const exact = hyperbolic === 'cosh' ? 1 + Math.exp(-2 * size) : 1 - Math.exp(-2 * size)
      log += size + Math.log(exact)
      if (hyperbolic === 'sinh' && x < 0) sign = -sign
    }
    return { log, sign }
  }
  const parts = [logs(1, 'cosh'), logs(1, 'sinh'), logs(0, 'cosh'), logs(0, 'sinh')]
  const most = Math.max(...parts.map(({ log }) => log))
  const sum = parts.reduce((total, { log, sign }) => total + sign * Math.exp(log - most), 0)
  return -Math.log(2) + ((n * m) / 2) * Math.log(2 * Math.sinh(2 * K)) + most + Math.log(sum)
}

/** Energy of a site, - d log Z / d K / (n m), by a central difference of Kaufman's log Z. */
export function kaufmanEnergy(n: number, m: number, temperature: number): number {
  const [K, step] = [1 / temperature, 1e-5]
  return -(kaufmanLogZ(n, m, K + step) - kaufmanLogZ(n, m, K - step)) / (2 * step * n * m)
}

/** Spontaneous magnetisation of the infinite lattice below the critical temperature [Onsager 1949; Yang 1952]. */
export function onsagerMagnetisation(temperature: number): number {
  return (1 - Math.sinh(2 / temperature) ** -4) ** (1 / 8)
}
