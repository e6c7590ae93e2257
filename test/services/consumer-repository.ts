import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { DIST } from './bundle.ts'

const execute = promisify(execFile)

/** A small repository that calls the reusable workflow by the example we ship, with a matrix of simulated engines. */
export interface ConsumerRepository {
  directory: string
  /** The tip of main: the first parent of what is checked out. */
  baseCommit: string
  /** Changes the matrix file of the head, whose merge with the base is then checked out. */
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
  await git(directory, 'checkout', '--quiet', '-b', 'change')
  await writeFile(join(directory, 'server.txt'), 'changed\n')
  await commit(directory, 'Head')
  // As refs/pull/<number>/merge: the base is the first parent, the head the second.
  const merge = async () => {
    await git(directory, 'checkout', '--quiet', '-B', 'merge', baseCommit)
    await git(directory, 'merge', '--quiet', '--no-ff', '--message', 'Merge', 'change')
  }
  await merge()
  return {
    directory,
    baseCommit,
    async editMatrix(edit) {
      await git(directory, 'checkout', '--quiet', 'change')
      await writeFile(matrix, edit(await readFile(matrix, 'utf8')))
      await commit(directory, 'Edit the matrix')
      await merge()
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
