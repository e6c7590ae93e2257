import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { publishedSchemas } from '../src/matrix/json-schema.ts'

/** Writes the JSON Schemas of matrix and runners files. Run after a change of `src/matrix/*schema*.ts`. */
const DIRECTORY = join(import.meta.dirname, '../matrices')

for (const [name, text] of Object.entries(publishedSchemas())) {
  await writeFile(join(DIRECTORY, name), text)
  console.log(`matrices/${name}`)
}
