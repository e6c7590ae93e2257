/** Matrix and runners files for tests: small, and broken only by the test that uses them. */

export const RUNNERS = `version: 1
pools:
  npu: { labels: [self-hosted, npu-8], host: kubernetes, parallel: 2 }
  gpu: { group: accelerators, labels: [self-hosted, gpu-8], host: bare, parallel: 4 }
`

export const MATRIX = `version: 1
targets:
  a950: { vendor: ascend, chip: 950dt, devices: 8, pool: npu }
  a3: { vendor: ascend, chip: 910c, devices: 16, pool: npu }
  h200: { vendor: nvidia, chip: h200, devices: 8, pool: gpu }
models:
  flash:
    checkpoint: { default: org/flash, 910c: other/flash-w8a8 }
    encoding: v4-0731
    weight-format: { default: fp4-fp8, a3: w8a8 }
  pro: { checkpoint: org/pro, revision: abc123, encoding: v4-0731 }
variants:
  plain: {}
  mtp: { args: [--speculative-config, '{"method":"mtp"}'], env: { SPEC: 1 } }
engines:
  vllm:
    kind: vllm
    serve: [vllm, serve, "{checkpoint}", --tp, "{devices}", --port, "{port}", --name, "{served-model}"]
    env: { A: 1, ROOT: "{checkout}/x" }
    served-model: "{checkpoint}-served"
    cases:
      - { when: { model: flash }, args: [--flash] }
      - { when: { target: [h200, a3], variant: mtp }, args: [--json, '{"a":{}}'], env: { A: two } }
  remote: { kind: openai, url: { nvidia: "http://gpu:8000", default: "http://npu:8000" }, api-key-variable: KEY }
  sim:
    kind: simulated
    timing: { ttft-ms: 50 }
    faults: [slow-decode@head]
    cases: [{ when: { model: pro }, timing: { itl-ms: 9 }, faults: [wrong-answers] }]
matrix:
  axes: { model: [flash, pro], target: [a950, a3, h200], variant: [plain, mtp] }
  engine: { default: vllm }
  exclude: [{ model: pro, target: a3 }]
  include: [{ model: pro, target: a950, engine: remote }, { model: pro, target: h200, engine: sim }]
suites:
  correctness: {}
  performance: { scenarios: { chat: { input-tokens: 128, output-tokens: 32, concurrency: [1, 8] } } }
compare: { parity: [{ reference: h200, candidate: a950 }] }
seed: 7
`
