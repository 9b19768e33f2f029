import type { BuiltIn } from './xsd.js';

/**
 * Whether a text is a value of the XML Schema type. Stricter in one point: XML Schema drops blanks around numbers and
 * dates, here they are wrong, so that a value can be used as it stands.
 */
export function isBuiltInValue(type: BuiltIn, text: string): boolean {
  switch (type) {
    case 'string':
      return true;
    case 'int':
      return isInteger(text, 2n ** 31n);
    case 'long':
      return isInteger(text, 2n ** 63n);
    case 'decimal':
      return /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/.test(text);
    case 'dateTime':
      return isDateTime(text);
    case 'base64Binary':
      return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text.replace(/[\t\n\r ]/g, ''));
  }
}

function isInteger(text: string, limit: bigint): boolean {
  if (!/^[+-]?\d{1,40}$/.test(text)) return false;
  const value = BigInt(text.replace(/^\+/, ''));
  return value >= -limit && value < limit;
}

const DATE_TIME = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.\d{1,9})?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)?$/;

function isDateTime(text: string): boolean {
  const [, day, time] = DATE_TIME.exec(text) ?? [];
  if (!day || !time) return false;
  const parsed = new Date(`${day}T${time}Z`);
  // The 30th of February is read as the 2nd of March: a date that does not come back as it was sent does not exist.
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(`${day}T${time}`);
}
