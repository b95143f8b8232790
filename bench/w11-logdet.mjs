// W11: the log-determinant of a c x c matrix from its LU parameters, one call.

export default [12, 48, 192, 768].map((c) => ({
  id: `W11.logdet.c${c}`,
  unit: 'calls/s',
  work: 1000,
  setup({ Flow, Linear }) {
    const flow = new Flow([new Linear({ seed: 1 })], { dim: c })
    return () => {
      let sum = 0
      for (let call = 0; call < 1000; call++) sum += flow.logDet()
      if (!Number.isFinite(sum)) throw new Error('the log-determinant is not finite')
    }
  },
}))
