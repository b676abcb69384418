/** JSON Schema of a health file, for editors. */
import { z } from 'zod';
import { healthShape } from './shape.ts';

export function healthJsonSchema(): Record<string, unknown> {
  return { title: 'Belay health checks', ...z.toJSONSchema(healthShape, { io: 'input' }) };
}
