import { z } from 'zod';

/** JSON Schema (draft 7) of a message as it may be sent: unknown fields are not forbidden. */
export type JsonSchema = z.core.JSONSchema.BaseSchema;

export function schemaOf(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { target: 'draft-7', io: 'input' });
  return rest;
}

/** One field of a message, in words. */
export interface FieldRow {
  /** "prices[].selection" */
  readonly name: string;
  readonly type: string;
  readonly limits: string;
  readonly isRequired: boolean;
  readonly meaning: string;
}

export function rowsOf(schema: JsonSchema, prefix = ''): FieldRow[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const field = asSchema(property);
    const path = `${prefix}${name}`;
    const row: FieldRow = {
      name: path,
      type: typeOf(field),
      limits: limitsOf(field),
      isRequired: schema.required?.includes(name) ?? false,
      meaning: field.description ?? '',
    };
    return [row, ...inner(field, path)];
  });
}

function inner(field: JsonSchema, path: string): FieldRow[] {
  if (field.type === 'object') return rowsOf(field, `${path}.`);
  const items = field.type === 'array' && !Array.isArray(field.items) ? asSchema(field.items ?? {}) : undefined;
  return items?.type === 'object' ? rowsOf(items, `${path}[].`) : [];
}

export function asSchema(schema: JsonSchema | boolean): JsonSchema {
  return typeof schema === 'boolean' ? {} : schema;
}

function typeOf(field: JsonSchema): string {
  if (field.const !== undefined) return 'constant';
  if (field.enum !== undefined) return 'one of';
  if (field.format === 'uuid') return 'UUID';
  if (field.format === 'date-time') return 'time';
  if (field.oneOf !== undefined || field.anyOf !== undefined) return 'object';
  if (field.type === 'array') {
    const items = Array.isArray(field.items) ? {} : asSchema(field.items ?? {});
    return `list of ${typeOf(items)}s`;
  }
  if (field.type === 'integer') return 'whole number';
  return typeof field.type === 'string' ? field.type : 'anything';
}

function limitsOf(field: JsonSchema): string {
  if (field.const !== undefined) return `\`${JSON.stringify(field.const)}\``;
  if (field.enum !== undefined) return field.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (field.format === 'uuid') return '8-4-4-4-12 hexadecimal digits';
  if (field.format === 'date-time') return 'ISO 8601 in UTC, with `Z`';
  if (field.pattern !== undefined) return `\`${field.pattern.replaceAll('|', '\\|')}\``;
  if (field.maxLength !== undefined) return `at most ${count(field.maxLength)} characters`;
  if (field.maxItems !== undefined) {
    const items = Array.isArray(field.items) ? {} : asSchema(field.items ?? {});
    const each = items.maxLength === undefined ? '' : `, each ${limitsOf(items)}`;
    return `at most ${count(field.maxItems)}${each}`;
  }
  if (field.minimum === undefined) return '';
  const hasEnd = field.maximum !== undefined && field.maximum < Number.MAX_SAFE_INTEGER;
  return hasEnd ? `${count(field.minimum)} to ${count(field.maximum ?? 0)}` : `from ${count(field.minimum)}`;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
