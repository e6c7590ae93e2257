import { z } from 'zod'
import { runnersSchema } from './runners-schema.ts'
import { matrixSchema } from './schema.ts'

/** The published JSON Schemas, for editors and other tools: file name under `matrices/` to its text. */
export function publishedSchemas(): Record<string, string> {
  return {
    'schema.json': text('Crosschip matrix file', matrixSchema),
    'runners.schema.json': text('Crosschip runners file', runnersSchema),
  }
}

function text(title: string, schema: z.ZodType): string {
  const { $schema, ...rest } = z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'input' })
  return `${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n`
}
