/* How often things happen in a patrol. Journeys in the browser's tests run them faster. */
const FASTER = Number(localStorage.getItem('suozi.patrol_faster') ?? 1)

const every = (ms: number): number => ms / FASTER

/** Between two positions while moving: what a walk needs to be drawn truly, and no more. */
export const MOVING_MS = every(5_000)
/** Between two positions while standing: enough to show that the phone was there. */
export const STANDING_MS = every(30_000)
/** The oldest position that still says where somebody is. */
export const FRESH_MS = every(60_000)
/** After so long without a word from the browser it is asked; some say nothing while the phone lies still. */
export const ASK_AFTER_MS = every(20_000)
/** A batch is closed when it is so old, or has so many positions. */
export const BATCH_MS = every(60_000)
export const BATCH_FIXES = 60
export const SEND_MS = every(30_000)
export const TICK_MS = every(5_000)
