const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})$/;

/** When a machine was read, as people write it: 2026-11-21T14:05:00Z. @returns milliseconds since 1970; null for no moment */
export function momentOf(text: string): number | null {
  const at = MOMENT.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? null : at;
}

/** Which of a machine's cashless readers is ours. @returns null for neither */
export function readerOf(text: string): 1 | 2 | null {
  return text === '1' ? 1 : text === '2' ? 2 : null;
}
