import { defineConfig } from 'vitest/config'

/** Three rings: pure code, use cases and loopback services, and the built bundle as a runner starts it. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'pure', isolate: false, include: ['test/pure/**/*.test.ts'], testTimeout: 10_000 } },
      { test: { name: 'loopback', include: ['test/loopback/**/*.test.ts'], testTimeout: 30_000 } },
      {
        test: {
          name: 'bundle',
          include: ['test/bundle/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'demo',
          include: ['test/demo/**/*.test.ts'],
          testTimeout: 240_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'engines',
          include: ['test/engines/**/*.test.ts'],
          testTimeout: 900_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
