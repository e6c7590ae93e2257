import type { HttpConnection, PreparedRequest, Transport } from '../../../../../src/engine/http/connection.ts'
import type { ExchangeResult } from '../../../../../src/engine/http/exchange.ts'

/** A connection without a network: it connects in a microtask, and answers when the test says so. */
export class FakeConnection implements HttpConnection {
  usable = false
  aborted = false
  readonly #transport: FakeTransport

  constructor(transport: FakeTransport) {
    this.#transport = transport
  }

  async connect(): Promise<string | null> {
    await null
    this.#transport.connects++
    this.usable = this.#transport.reachable
    return this.usable ? null : 'nobody listens'
  }

  exchange(request: PreparedRequest): Promise<ExchangeResult> {
    return this.#transport.answer(request, this)
  }

  abort(): void {
    this.usable = false
    this.aborted = true
  }
}

export class FakeTransport implements Transport {
  readonly name = 'fake'
  readonly opened: FakeConnection[] = []
  connects = 0
  reachable = true
  answer: (request: PreparedRequest, connection: FakeConnection) => Promise<ExchangeResult> = async () => REFUSED

  open(): FakeConnection {
    const connection = new FakeConnection(this)
    this.opened.push(connection)
    return connection
  }
}

/** Any end will do where nothing is made of the answers. */
export const REFUSED: ExchangeResult = {
  end: { state: 'failed', error: 'malformed', detail: 'nothing' },
  ...{ writtenMs: 0, firstByteMs: 0, endMs: 0 },
}
