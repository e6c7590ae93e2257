import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { DIST } from './bundle.ts'

const execute = promisify(execFile)

/** A small repository that calls the reusable workflow by the example we ship, with a matrix of simulated engines. */
export interface ConsumerRepository {
  directory: string
  baseCommit: string
  headCommit: string
  /** Changes the matrix file of the head. */
  editMatrix(edit: (text: string) => string): Promise<void>
}

export async function createConsumer(directory: string): Promise<ConsumerRepository> {
  const workflows = join(directory, '.github', 'workflows')
  const matrix = join(directory, 'matrices', 'test.yaml')
  await mkdir(workflows, { recursive: true })
  await mkdir(join(directory, 'matrices'))
  const example = await readFile('examples/pull-request.yml', 'utf8')
  await writeFile(join(workflows, 'crosschip.yml'), example.replace('matrices/v4.yaml', 'matrices/test.yaml'))
  await cp('test/fixtures/workflow/matrix.yaml', matrix)
  await cp('test/fixtures/workflow/runners.yaml', join(directory, 'matrices', 'runners.yaml'))
  await git(directory, 'init', '--quiet', '--initial-branch', 'main')
  await git(directory, 'remote', 'add', 'origin', 'https://github.com/octo/serving')
  const baseCommit = await commit(directory, 'Base')
  await writeFile(join(directory, 'server.txt'), 'changed\n')
  const headCommit = await commit(directory, 'Head')
  return {
    directory,
    baseCommit,
    headCommit,
    async editMatrix(edit) {
      await writeFile(matrix, edit(await readFile(matrix, 'utf8')))
      await commit(directory, 'Edit the matrix')
    },
  }
}

/** What a release of ours holds, as far as a workflow sees it. */
export async function createRelease(directory: string): Promise<void> {
  await mkdir(join(directory, '.github'), { recursive: true })
  await cp(DIST, join(directory, 'dist'), { recursive: true })
  await cp('.github/workflows', join(directory, '.github', 'workflows'), { recursive: true })
  for (const name of ['action.yml', 'package.json']) await cp(name, join(directory, name))
}

/**
 * Stands in for actions/checkout where act does not replace it itself, that is for another commit than the one under
 * test: the same inputs, from the repository that lies in the workspace instead of from GitHub.
 */
export async function createCheckout(directory: string): Promise<void> {
  await mkdir(directory)
  const inputs = 'inputs: {ref: {}, path: {}, persist-credentials: {}}'
  await writeFile(join(directory, 'action.yml'), `name: checkout\n${inputs}\nruns: {using: node24, main: index.cjs}\n`)
  await writeFile(
    join(directory, 'index.cjs'),
    `const { execFileSync } = require('node:child_process')
const { INPUT_REF, INPUT_PATH, GITHUB_WORKSPACE } = process.env
execFileSync('git', ['worktree', 'add', '--force', '--detach', INPUT_PATH, INPUT_REF], { cwd: GITHUB_WORKSPACE })
`,
  )
}

async function commit(directory: string, message: string): Promise<string> {
  await git(directory, 'add', '--all')
  await git(directory, 'commit', '--quiet', '--message', message)
  return (await git(directory, 'rev-parse', 'HEAD')).trim()
}

async function git(directory: string, ...command: string[]): Promise<string> {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.invalid', '-c', 'commit.gpgsign=false']
  const { stdout } = await execute('git', ['-C', directory, ...identity, ...command])
  return stdout
}
