import { systemIds } from './ids.js';

it('makes UUIDs of version 7: unique, and newer ones sort after older ones', async () => {
  const first = systemIds.uuid();
  await new Promise((resolve) => setTimeout(resolve, 3));
  const later = Array.from({ length: 1_000 }, () => systemIds.uuid());

  expect(new Set(later).size).toBe(1_000);
  for (const id of later) {
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(id > first).toBe(true);
  }
});
