/** The little that text needs to become part of an SVG or HTML document, and numbers to be read in one. */

/** Text made safe for element content and for attribute values in double quotes. */
export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}

/** A number with `digits` decimals, groups of three and a true minus sign, as books print it. */
export function decimal(value: number, digits: number): string {
  const text = value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  return Number(value.toFixed(digits)) === 0 ? text.replace('-', '') : text.replace('-', '−')
}

/** A duration as a person says it: "850 ms", "12.3 s", "2 min 5 s", "3 h 20 min". */
export function duration(seconds: number): string {
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}
