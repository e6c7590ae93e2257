import { MILLISECONDS, perAnswer, percentileMetrics } from './distribution.ts'
import type { Answer } from './metric.ts'

/**
 * Time to first byte: the first byte of the answer, HTTP head included, minus the last byte of the request handed to the
 * socket. Where it is far below `ttft.event` the server answers before it computes.
 */
export const ttftByte = percentileMetrics(
  {
    ...MILLISECONDS,
    name: 'ttft.byte',
    label: 'TTFT (byte)',
    samples: perAnswer(fromWritten((_, record) => record.firstByteMs)),
  },
  [[50, 'recorded']],
)

/** Time to first event whatever it carries, a role-only delta included: what several other clients call TTFT. */
export const ttftEvent = percentileMetrics(
  {
    ...MILLISECONDS,
    name: 'ttft.event',
    label: 'TTFT (event)',
    samples: perAnswer(fromWritten((times) => times.firstEventMs)),
  },
  [[50, 'recorded']],
)

/**
 * Time to first token: the stamp of the read with the first event that carries text or a tool call (reasoning counts, a
 * role-only delta does not) minus the time the last byte of the request was handed to the socket.
 */
export const ttftToken = percentileMetrics(
  {
    ...MILLISECONDS,
    name: 'ttft.token',
    label: 'TTFT',
    samples: perAnswer(fromWritten((times) => times.firstTokenMs)),
  },
  [
    [50, 'judged'],
    [90, 'recorded'],
    [99, 'reported'],
  ],
)

/** Time to the first token of the answer itself, after any reasoning; requests without answer text have none. */
export const ttftAnswer = percentileMetrics(
  {
    ...MILLISECONDS,
    name: 'ttft.answer',
    label: 'TTFT (answer)',
    samples: perAnswer(fromWritten((times) => times.firstAnswerMs)),
  },
  [[50, 'recorded']],
)

/**
 * Time to first token from when the request should have been sent: what waited for a connection, or behind a client or
 * server that fell behind, is in it, so it is free of coordinated omission (Tene; vllm-project/vllm#54101).
 */
export const ttftTokenIntended = percentileMetrics(
  {
    ...MILLISECONDS,
    name: 'ttft.token.intended',
    label: 'TTFT from intended',
    samples: perAnswer(({ record, times }) =>
      times.firstTokenMs === null ? null : times.firstTokenMs - record.intendedMs,
    ),
  },
  [
    [50, 'recorded'],
    [99, 'recorded'],
  ],
)

function fromWritten(at: (times: Answer['times'], record: Answer['record']) => number | null) {
  return ({ record, times }: Answer): number | null => {
    const atMs = at(times, record)
    return atMs === null ? null : atMs - record.writtenMs
  }
}
