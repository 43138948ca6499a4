/* The colours by which people are told apart on the map and in the list, in turn; the number beside each tells those with the same colour apart. */
const LIGHT = ['#0b6470', '#6d3fb0', '#1d559e', '#a1246b', '#5d6a0c', '#8a4b00', '#1b6e3c', '#a63a17']
const DARK = ['#5cc4cf', '#b99bf0', '#8db8f2', '#f08cc0', '#c3cf63', '#f0b060', '#7bd49b', '#ff9d7d']

export function colourOf(n: number, dark: boolean): string {
  const colours = dark ? DARK : LIGHT
  return colours[n % colours.length]!
}
