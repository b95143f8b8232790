// W2: fill a preallocated array of 10,000,000 standard normals.
const N = 10_000_000

const normal = (name, type) => ({
  id: `W2.rng.normal_${name}`,
  unit: 'Msamples/s',
  work: N / 1e6,
  setup({ Rng }) {
    const rng = new Rng(1)
    const out = new type(N)
    return () => {
      rng.normal(out)
      if (!(Math.abs(out[N - 1]) < 9)) throw new Error('the array was not filled')
    }
  },
})

export default [normal('f32', Float32Array), normal('f64', Float64Array)]
