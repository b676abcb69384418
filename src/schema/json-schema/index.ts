/** JSON Schema and OpenAPI: is what one side sends still understood by the other. */
export { compareJsonSchemas, type JsonSchemaReport, type Verdict } from './compare-schemas.ts';
export type { Finding } from './finding.ts';
export { diffOpenApi, type OpenApiReport } from './openapi.ts';
export type { OpenApiChange, OpenApiDirection } from './openapi-change.ts';
export { UnreadableSchema } from './unreadable.ts';
