/** A request that breaks the published contract. The message says which element and why, and quotes no secret. */
export class SchemaViolation extends Error {
  override readonly name = 'SchemaViolation';
  readonly code = 'SCHEMA_VIOLATION';
}
