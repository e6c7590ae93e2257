import { describe, expect, it } from 'vitest'
import { FAULTS } from '../../../../src/engine/simulator/faults/registry.ts'
import type { SimulatorSettings } from '../../../../src/engine/simulator/options.ts'
import type { Simulator } from '../../../../src/engine/simulator/server.ts'
import { ask, assemble, CHAT, COMPLETIONS, type Json, post, start, stream } from './client.ts'

const OPEN = 'Tell me something.'
const messages = (content: string) => [{ role: 'user', content }]
const open = (rest: object = {}) => ({ messages: messages(OPEN), temperature: 0, ...rest })

/** True when the fault shows. Each is asked of a server with the fault and of a healthy one. */
type Symptom = (simulator: Simulator) => Promise<boolean>

async function status(simulator: Simulator, path: string): Promise<number> {
  const response = await fetch(simulator.url + path)
  await response.arrayBuffer()
  return response.status
}

/** Medians over five requests: a busy machine stalls some of them. */
async function medianTimes(simulator: Simulator, tokens: number): Promise<{ ttft: number; tpot: number }> {
  const measured = { ttft: [] as number[], tpot: [] as number[] }
  for (let index = 0; index < 5; index++) {
    const body = { ...open(), max_tokens: tokens, min_tokens: tokens, ignore_eos: true }
    const { atMs, chunks } = await stream(simulator, CHAT, body)
    const times = atMs.filter((_, position) => chunks[position]?.choices[0].delta.content)
    measured.ttft.push(times[0]!)
    measured.tpot.push((times.at(-1)! - times[0]!) / (times.length - 1))
  }
  const middle = (values: number[]) => values.sort((one, other) => one - other)[2]!
  return { ttft: middle(measured.ttft), tpot: middle(measured.tpot) }
}

/** Timing over a loaded machine may fail by chance; these are asked up to three times. */
const TIMED = ['slow-decode', 'slow-prefill']

function isWholeUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}

const SYMPTOMS: Record<string, { settings?: SimulatorSettings; shows: Symptom }> = {
  'slow-decode': {
    settings: { timing: { itlMs: 5 } },
    shows: async (simulator) => (await medianTimes(simulator, 80)).tpot > 5 * 1.04,
  },
  'slow-prefill': {
    settings: { timing: { ttftMs: 300 } },
    shows: async (simulator) => (await medianTimes(simulator, 2)).ttft > 300 * 1.2,
  },
  'slow-start': { shows: async (simulator) => (await status(simulator, '/health')) === 503 },
  'never-ready': {
    shows: async (simulator) =>
      (await status(simulator, '/health')) === 503 && (await post(simulator, CHAT, open())).status === 503,
  },
  'wrong-answers': {
    shows: async (simulator) => {
      const items = Array.from({ length: 200 }, (_, index) => [
        `${index + 20} * 9 - ${index}`,
        (index + 20) * 9 - index,
      ])
      const right = await Promise.all(
        items.map(async ([item, value]) => {
          const { content } = (await ask(simulator, `What is ${item}?`)).choices[0].message
          return content.endsWith(`Answer: ${value}`)
        }),
      )
      return right.filter(Boolean).length / items.length < 0.9
    },
  },
  'engine-dies': {
    shows: async (simulator) => {
      for (let index = 0; index < 30; index++) {
        try {
          await ask(simulator, 'Hi', { max_tokens: 1 })
        } catch {
          return index >= 24 && index <= 25
        }
      }
      return false
    },
  },
  hangs: {
    shows: async (simulator) => {
      for (let index = 0; index < 10; index++) await ask(simulator, 'Hi', { max_tokens: 1 })
      const answer = ask(simulator, 'Hi', { max_tokens: 1 }).then(
        () => 'answered',
        () => 'cut',
      )
      const silence = new Promise((resolve) => setTimeout(() => resolve('silent'), 300))
      return (await Promise.race([answer, silence])) === 'silent' && (await status(simulator, '/health')) === 200
    },
  },
  'http-500': {
    shows: async (simulator) => {
      const { status, json } = await post(simulator, CHAT, open())
      return status === 500 && typeof json.error.message === 'string'
    },
  },
  'html-errors': {
    shows: async (simulator) => {
      const response = await fetch(simulator.url + CHAT, { method: 'POST', body: JSON.stringify(open()) })
      return response.status === 502 && (await response.text()).startsWith('<!DOCTYPE html>')
    },
  },
  'truncated-stream': {
    shows: async (simulator) => {
      const { chunks, done } = await stream(simulator, CHAT, open({ max_tokens: 12 }))
      return !done && assemble(chunks).finish === null && chunks.length === 6
    },
  },
  'no-done': {
    shows: async (simulator) => {
      const { chunks, done } = await stream(simulator, CHAT, open({ max_tokens: 12 }))
      return !done && assemble(chunks).finish === 'length'
    },
  },
  'cut-utf8': {
    shows: async (simulator) => {
      const body = { messages: messages('Repeat exactly: 你好, 世界!'), temperature: 0 }
      const { data, done } = await stream(simulator, CHAT, body)
      const together = Buffer.concat(data.map((event) => Buffer.from(event))).toString('latin1')
      return done && data.some((event) => !isWholeUtf8(event)) && together.includes('\xe4')
    },
  },
  'missing-id': {
    shows: async (simulator) => {
      const { json } = await post(simulator, CHAT, open({ max_tokens: 2 }))
      const { chunks } = await stream(simulator, CHAT, open({ max_tokens: 2 }))
      return [json, ...chunks].every((object) => object.id === undefined && object.object === undefined)
    },
  },
  'wrong-usage': {
    shows: async (simulator) => {
      const json = await ask(simulator, OPEN, { return_token_ids: true, max_tokens: 5 })
      return json.usage.completion_tokens === json.choices[0].token_ids.length + 1
    },
  },
  'dropped-usage': {
    shows: async (simulator) => {
      const { chunks } = await stream(simulator, CHAT, open({ max_tokens: 2, stream_options: { include_usage: true } }))
      return assemble(chunks).usage === null && (await ask(simulator, OPEN, { max_tokens: 2 })).usage === undefined
    },
  },
  'double-bos': {
    shows: async (simulator) => {
      const { prompt_token_ids, usage } = await ask(simulator, OPEN, { return_token_ids: true, max_tokens: 1 })
      return prompt_token_ids[0] === 0 && prompt_token_ids[1] === 0 && usage.prompt_tokens === prompt_token_ids.length
    },
  },
  'shifted-logprobs': {
    shows: async (simulator) => {
      const json = await ask(simulator, OPEN, { logprobs: true, top_logprobs: 20, max_tokens: 8 })
      return json.choices[0].logprobs.content.every((entry: Json) => {
        const own = entry.top_logprobs.find((top: Json) => top.token === entry.token)
        const sum = entry.top_logprobs.reduce((total: number, top: Json) => total + Math.exp(top.logprob), 0)
        return sum > 1.001 && own.logprob !== entry.logprob
      })
    },
  },
  'stale-cache': {
    shows: async (simulator) => {
      const body = { prompt: 'Once upon a time', max_tokens: 64, temperature: 0, logprobs: 1, return_token_ids: true }
      const decoded = (await post(simulator, COMPLETIONS, body)).json.choices[0]
      const prompt = [...decoded.prompt_token_ids, ...decoded.token_ids]
      const scored = (await post(simulator, COMPLETIONS, { prompt, max_tokens: 1, prompt_logprobs: 1 })).json.choices[0]
      const deltas = decoded.token_ids.map((token: number, index: number) => {
        const position = scored.prompt_logprobs[decoded.prompt_token_ids.length + index]
        return Math.abs(position[String(token)].logprob - decoded.logprobs.token_logprobs[index])
      })
      return deltas.reduce((sum: number, delta: number) => sum + delta, 0) / deltas.length > 0.3
    },
  },
  'cross-request-leak': {
    shows: async (simulator) => {
      const secrets = Array.from({ length: 8 }, (_, index) => `QX${index}${index}-ZZ${index}`)
      const texts = await Promise.all(
        secrets.map(async (secret) => {
          const json = await ask(simulator, `Reply with exactly the secret code: ${secret}`)
          return json.choices[0].message.content as string
        }),
      )
      expect(texts.every((text, index) => text.includes(secrets[index]!))).toBe(true)
      const alone = (await ask(simulator, 'Reply with exactly the secret code: AA11-BB22')).choices[0].message.content
      expect(alone).toBe('AA11-BB22')
      return texts.some((text, index) => secrets.some((secret, other) => other !== index && text.includes(secret)))
    },
  },
  'greedy-sampling': {
    shows: async (simulator) => {
      const one = () => ask(simulator, OPEN, { temperature: 1, max_tokens: 24 })
      const texts = await Promise.all(Array.from({ length: 8 }, one))
      return new Set(texts.map((json) => json.choices[0].message.content)).size === 1
    },
  },
  'seed-ignored': {
    shows: async (simulator) => {
      const one = () => ask(simulator, OPEN, { temperature: 1, max_tokens: 24, seed: 3 })
      const [first, second] = [await one(), await one()]
      return first.choices[0].message.content !== second.choices[0].message.content
    },
  },
  'ignores-stop': {
    shows: async (simulator) => {
      const { message } = (await ask(simulator, OPEN, { stop: ['e'], max_tokens: 20 })).choices[0]
      return message.content.includes('e')
    },
  },
  'markup-leak': {
    shows: async (simulator) => {
      const tool = { type: 'function', function: { name: 'get_weather', parameters: {} } }
      const called = (await ask(simulator, 'What is the weather?', { tools: [tool] })).choices[0].message
      const said = (await ask(simulator, 'What is 1 + 1?')).choices[0].message.content
      return (called.content ?? '').includes('｜DSML｜') && said.includes('<｜end▁of▁sentence｜>')
    },
  },
  'rejects-logprobs': {
    shows: async (simulator) => {
      const chat = await post(simulator, CHAT, open({ logprobs: true, max_tokens: 1 }))
      const completion = await post(simulator, COMPLETIONS, { prompt: 'Hi', prompt_logprobs: 1, max_tokens: 1 })
      const without = await post(simulator, CHAT, open({ max_tokens: 1 }))
      return chat.status === 400 && completion.status === 400 && without.status === 200
    },
  },
}

describe('faults', () => {
  it('are all tested here', () => {
    expect(Object.keys(SYMPTOMS).sort()).toEqual(FAULTS.map((fault) => fault.name).sort())
  })

  for (const { name, meaning } of FAULTS) {
    it(`${name}: ${meaning}; the healthy server does not do it`, { retry: TIMED.includes(name) ? 2 : 0 }, async () => {
      const { settings, shows } = SYMPTOMS[name]!
      expect(await shows(await start({ ...settings, faults: [name] }))).toBe(true)
      expect(await shows(await start(settings))).toBe(false)
    })
  }

  it('act together', async () => {
    const simulator = await start({ faults: ['no-done', 'missing-id'] })
    const { chunks, done } = await stream(simulator, CHAT, open({ max_tokens: 2 }))
    expect(done).toBe(false)
    expect(chunks.every((chunk) => chunk.id === undefined)).toBe(true)
  })

  it('tells the owner of the server when it dies, once', async () => {
    let deaths = 0
    const simulator = await start({ faults: ['engine-dies'], onDeath: () => deaths++ })
    const all = await Promise.allSettled(Array.from({ length: 40 }, () => ask(simulator, 'Hi', { max_tokens: 1 })))
    expect(all.some((one) => one.status === 'rejected')).toBe(true)
    expect(deaths).toBe(1)
  })

  it('must exist', async () => {
    await expect(start({ faults: ['slow-decoed'] })).rejects.toThrow('slow-decoed')
  })
})
