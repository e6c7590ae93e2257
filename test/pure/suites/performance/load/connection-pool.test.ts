import { describe, expect, it } from 'vitest'
import { ConnectionPool } from '../../../../../src/suites/performance/load/connection-pool.ts'
import { FakeTransport } from './fake-transport.ts'

function pool(most: number, spare = 0) {
  const transport = new FakeTransport()
  const clock = { nowMs: 0, monotonicMs: () => clock.nowMs }
  const options = { transport, keepAlive: true, most, spare, connectTimeoutMs: 1000, clock }
  return { pool: new ConnectionPool(options), transport, clock }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('a pool of connections', () => {
  it('makes as many beforehand as asked, never more than may be open', async () => {
    const { pool: some, transport } = pool(5)
    await some.connect(3)
    expect([transport.opened.length, transport.connects]).toEqual([3, 3])
    await some.connect(9)
    expect(transport.connects).toBe(5)
  })

  it('hands out the one used last', async () => {
    const { pool: some } = pool(5)
    await some.connect(3)
    const [first, second] = [some.take()!, some.take()!]
    some.give(second)
    some.give(first)
    expect(some.take()).toBe(first)
    expect(some.take()).toBe(second)
  })

  it('grows when all are taken, until the most that may be open', async () => {
    const { pool: some } = pool(2)
    await some.connect(1)
    expect(some.take()!.usable).toBe(true)
    expect(some.take()!.usable).toBe(false)
    expect(some.take()).toBeNull()
  })

  it('lets requests wait in the order in which they came', async () => {
    const { pool: some } = pool(1)
    await some.connect(1)
    const only = some.take()!
    const served: number[] = []
    const waiting = Array.from({ length: 50 }, async (_, index) => {
      const connection = await some.wait()
      expect(some.take()).toBeNull()
      served.push(index)
      some.give(connection!)
    })
    some.give(only)
    await Promise.all(waiting)
    expect(served).toEqual(Array.from({ length: 50 }, (_, index) => index))
    expect(some.take()).toBe(only)
  })

  it('does not fill the place of a connection on which the server hung', async () => {
    const { pool: some } = pool(2)
    const [first, second] = [some.take()!, some.take()!]
    const waiting = some.wait()
    some.retire(first)
    expect(some.take()).toBeNull()
    some.retire(second)
    expect(await waiting).toBeNull()
    expect(await some.wait()).toBeNull()
    expect(some.take()).toBeNull()
  })

  it('forgets connections that the server has closed, and makes new ones ahead of need', async () => {
    const { pool: some, transport } = pool(5, 3)
    await some.connect(3)
    for (const connection of transport.opened) connection.usable = false
    some.refresh()
    await turn()
    expect(transport.opened).toHaveLength(6)
    expect([some.take(), some.take(), some.take()].every((connection) => connection!.usable)).toBe(true)
    some.refill()
    await turn()
    expect(transport.opened).toHaveLength(8)
  })

  it('leaves no connection idle for as long as the server once waited before it closed one', async () => {
    const { pool: some, transport, clock } = pool(4, 2)
    await some.connect(2)
    clock.nowMs = 20_000
    some.refresh()
    expect(transport.opened.map(({ aborted }) => aborted)).toEqual([false, false])
    transport.opened[0]!.usable = false
    some.refresh()
    await turn()
    // Closed after 20 s: now 12 s are too long, for the other one at its next look.
    some.refresh()
    expect(transport.opened[1]!.aborted).toBe(true)
    await turn()
    clock.nowMs = 31_000
    some.refresh()
    expect(transport.opened.slice(2).some(({ aborted }) => aborted)).toBe(false)
    clock.nowMs = 33_000
    some.refresh()
    expect(transport.opened.slice(2, 4).every(({ aborted }) => aborted)).toBe(true)
  })

  it('ends everything when it is closed, also what is being connected', async () => {
    const { pool: some, transport } = pool(8, 2)
    await some.connect(3)
    const taken = some.take()!
    const other = pool(1)
    other.pool.take()
    const waiting = other.pool.wait()
    other.pool.close()
    expect(await waiting).toBeNull()
    const connecting = some.connect(5)
    some.close()
    await connecting
    expect(taken.usable).toBe(false)
    expect(transport.opened.some(({ usable }) => usable)).toBe(false)
    expect(some.take()).toBeNull()
  })
})
