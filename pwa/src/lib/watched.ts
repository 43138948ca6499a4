/** Browser tests look at a few things that nobody sees, such as the map itself, or that a tone was played. */
export function isWatchedByTest(): boolean {
  return import.meta.env.MODE === 'test' || localStorage.getItem('suozi.test') !== null
}
