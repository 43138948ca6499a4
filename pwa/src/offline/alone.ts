/* One tab at a time sends what waits on this phone. */

/** Runs `run` unless another tab is running under the same name; then it is left to that one. */
export async function alone(name: string, run: () => Promise<void>): Promise<void> {
  // Absent where the page did not come over https or from this machine; then a second tab is harmless, only wasteful.
  if (!navigator.locks) return run()
  await navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
    if (lock) await run()
  })
}
