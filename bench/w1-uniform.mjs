// W1: fill a preallocated array of 10,000,000 uniforms.
const N = 10_000_000

const uniform = (name, type) => ({
  id: `W1.rng.uniform_${name}`,
  unit: 'Msamples/s',
  work: N / 1e6,
  setup({ Rng }) {
    const rng = new Rng(1)
    const out = new type(N)
    return () => {
      rng.uniform(out)
      if (!(out[N - 1] > 0 && out[N - 1] < 1)) throw new Error('the array was not filled')
    }
  },
})

export default [uniform('f32', Float32Array), uniform('f64', Float64Array)]
