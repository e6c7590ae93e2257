/**
 * How many threads a load takes. Above some 45 % of a core, reads begin to queue behind each other (at 50 % a random
 * arrival waits for half a service time, M/D/1), and one collection of garbage fills the rest.
 */
export const MAX_THREAD_UTILISATION = 0.45

export type ShardPlan =
  /** `utilisation`: expected of each thread, 0 to 1. */
  | { state: 'fits'; shards: number; utilisation: number }
  /** Beyond this machine: it carries `limitEventsPerSecond` with `shards` threads; as many `hosts` like it are needed. */
  | { state: 'too-much'; shards: number; limitEventsPerSecond: number; hosts: number }

/**
 * `capacityEventsPerSecond`: of one thread that does nothing else. `cores`: of this machine; one is left to the system
 * and to the other threads of the process.
 */
export function shardsFor(expectedEventsPerSecond: number, capacityEventsPerSecond: number, cores: number): ShardPlan {
  const most = Math.max(1, cores - 1)
  const perThread = MAX_THREAD_UTILISATION * capacityEventsPerSecond
  const needed = Math.max(1, Math.ceil(expectedEventsPerSecond / perThread))
  if (needed > most)
    return {
      state: 'too-much',
      shards: most,
      limitEventsPerSecond: most * perThread,
      hosts: Math.ceil(needed / most),
    }
  return { state: 'fits', shards: needed, utilisation: expectedEventsPerSecond / needed / capacityEventsPerSecond }
}

/** For a person: that and how to use more than one client host. Null when the load fits. */
export function hostsRemark(plan: ShardPlan): string | null {
  if (plan.state === 'fits') return null
  const limit = Math.round(plan.limitEventsPerSecond)
  const { hosts } = plan
  const shares = hosts === 2 ? '1/2 and 2/2' : `1/${hosts} to ${hosts}/${hosts}`
  return (
    `this machine carries about ${limit} events/s; use ${hosts} client hosts: give the same options on each, at the same ` +
    `time, with one --seed, --host-share ${shares} and --raw FILE, then give all those files to crosschip summarise`
  )
}
