import { describe, expect, it } from 'vitest'
import {
  capabilitiesOf,
  classifyProbes,
  firstProbes,
  secondProbes,
} from '../../../../src/suites/correctness/capabilities.ts'
import type { CheckRequest, CheckResponse } from '../../../../src/suites/correctness/check.ts'
import { answered, chatChunks, chatObject, completionObject, failed, streamed } from './responses.ts'

type Script = Record<string, (request: CheckRequest) => CheckResponse>

const entry = (token: string, id?: number) => ({
  token,
  logprob: -0.1,
  top_logprobs: [
    { token, logprob: -0.1 },
    { token: 'other', logprob: -3 },
  ],
  ...(id === undefined ? {} : { id }),
})

/** A server that can do everything, by the id of the probe. */
const capable: Script = {
  chat: (request) =>
    answered(
      request,
      chatObject('hi', { top: { usage: { prompt_tokens: 3, prompt_tokens_details: { cached_tokens: 0 } } } }),
    ),
  completions: (request) => answered(request, completionObject(' Paris')),
  tokenize: (request) => answered(request, { tokens: [1, 2], count: 2 }),
  metrics: (request) => ({
    state: 'answered',
    request,
    status: 200,
    contentType: 'text/plain',
    text: '# TYPE a counter\na 1',
    json: null,
    durationMs: 1,
  }),
  'template-kwargs': (request) => answered(request, chatObject('hi')),
  streaming: (request) => streamed(request, chatChunks(['hi'])),
  'include-usage': (request) => streamed(request, chatChunks(['hi'])),
  'chat-logprobs': (request) =>
    answered(request, chatObject('hi', { choice: { logprobs: { content: [entry('hi')] } } })),
  seed: (request) => answered(request, chatObject('same')),
  'seed-again': (request) => answered(request, chatObject('same')),
  'completion-logprobs': (request) =>
    answered(
      request,
      completionObject(' Paris', {
        choice: { logprobs: { tokens: [' Paris'], token_logprobs: [-0.1], top_logprobs: [{}] } },
      }),
    ),
  'token-ids': (request) => answered(request, completionObject(' Paris', { choice: { token_ids: [5, 6] } })),
  'token-id-prompts': (request) => answered(request, completionObject('x', { top: { usage: { prompt_tokens: 3 } } })),
  'prompt-logprobs': (request) =>
    answered(request, completionObject('x', { choice: { prompt_logprobs: [null, { '5': { logprob: -1 } }] } })),
  echo: (request) =>
    answered(
      request,
      completionObject('The capital of France is Paris', {
        choice: { logprobs: { tokens: ['The', ' capital', ' of', ' Paris'], token_logprobs: [null, -1, -1, -1] } },
      }),
    ),
}

function probeWith(changes: Script) {
  const script = { ...capable, ...changes }
  const answer = (request: CheckRequest) => script[request.id]!(request)
  const first = firstProbes('toy').map(answer)
  return classifyProbes([...first, ...secondProbes('toy', classifyProbes(first)).map(answer)])
}

describe('classifyProbes', () => {
  it('finds everything in a server that can do everything', () => {
    expect(Object.entries(probeWith({})).filter(([, finding]) => finding.state !== 'has')).toEqual([])
  })

  it('counts a parameter that is refused or ignored as lacking', () => {
    const findings = probeWith({
      'chat-logprobs': (request) => answered(request, { error: 'no' }, 400),
      echo: (request) => answered(request, completionObject(' Paris')),
      'prompt-logprobs': (request) => answered(request, completionObject(' Paris')),
      'template-kwargs': (request) => answered(request, { error: 'unknown field' }, 400),
      'include-usage': (request) => streamed(request, chatChunks(['hi']).slice(0, 3)),
      tokenize: (request) => answered(request, { detail: 'Not Found' }, 404),
      'seed-again': (request) => answered(request, chatObject('another')),
    })
    const lacking = Object.entries(findings).filter(([, finding]) => finding.state === 'lacks')
    expect(lacking.map(([name]) => name).sort()).toEqual([
      'chat-logprobs',
      'echo',
      'include-usage',
      'prompt-logprobs',
      'seed',
      'template-kwargs',
      'tokenize',
    ])
    expect(findings['chat-logprobs']).toEqual({ state: 'lacks', reason: 'HTTP 400' })
  })

  it('takes a crash, silence or a web page for unknown, not for a missing capability', () => {
    expect(probeWith({ 'chat-logprobs': (request) => failed(request) })['chat-logprobs'].state).toBe('unknown')
    expect(probeWith({ streaming: (request) => answered(request, {}, 500) }).streaming.state).toBe('unknown')
    const page = probeWith({ chat: (request) => answered(request, '<html>welcome</html>') })
    expect(page.chat.state).toBe('unknown')
    expect(page['chat-logprobs'].state).toBe('unknown')
    expect(page.completions.state).toBe('has')
  })

  it('does not ask for what rests on a route that is not served', () => {
    const first = firstProbes('toy').map((request) =>
      request.id === 'chat' ? answered(request, { detail: 'Not Found' }, 404) : capable[request.id]!(request),
    )
    const findings = classifyProbes(first)
    expect(findings['chat-logprobs']).toEqual({ state: 'lacks', reason: 'chat: HTTP 404' })
    expect(secondProbes('toy', findings).map(({ path }) => path)).not.toContain('/v1/chat/completions')
  })

  it('takes token ids from the entries of the log probabilities as llama.cpp serves them', () => {
    const withIds = probeWith({
      'token-ids': (request) =>
        answered(request, completionObject('x', { choice: { logprobs: { content: [entry('x', 60)] } } })),
    })
    expect(withIds['token-ids'].state).toBe('has')
  })

  it('survives any JSON', () => {
    for (const json of [null, 3, [], 'x', { choices: 'x' }, { choices: [null] }, { choices: [{ message: 3 }] }]) {
      const everything = Object.fromEntries(
        Object.keys(capable).map((id) => [id, (request: CheckRequest) => answered(request, json)]),
      )
      expect(capabilitiesOf(probeWith(everything)).chat).toBe(
        json !== null &&
          typeof json === 'object' &&
          'choices' in json &&
          Array.isArray(json.choices) &&
          json.choices[0] !== null,
      )
    }
  })
})
