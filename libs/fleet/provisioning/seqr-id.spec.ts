import fc from 'fast-check';

import { SEQR_ID_MAX, seqrIdOf } from './seqr-id.js';

const nobody = () => false;

describe('the name of a machine’s static code', () => {
  it('is the prefix and the machine’s id without its punctuation', () => {
    expect(seqrIdOf('VEND', 'helsinki-central-1', nobody)).toBe('VENDhelsinkicentral1');
  });

  it('differs where ids differ in punctuation only', () => {
    const first = seqrIdOf('VEND', 'hall-1-1', nobody);
    const second = seqrIdOf('VEND', 'hall-11', (id) => id === first);

    expect(first).toBe('VENDhall11');
    expect(second).toMatch(/^VENDhall11[0-9a-f]{6}$/);
  });

  it('takes a machine whose id is all punctuation', () => {
    expect(seqrIdOf('VEND', '--_', nobody)).toMatch(/^VEND[0-9a-f]{6}$/);
  });

  it('is something that SEQR and the printed code have room for, whatever the machine is called', () => {
    const machineId = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
    const prefix = fc.stringMatching(/^[A-Za-z0-9]{1,16}$/);
    fc.assert(
      fc.property(prefix, machineId, fc.boolean(), (start, id, taken) => {
        const seqrId = seqrIdOf(start, id, () => taken);

        expect(seqrId).toMatch(/^[A-Za-z0-9]+$/);
        expect(seqrId.length).toBeLessThanOrEqual(SEQR_ID_MAX);
        expect(seqrId.startsWith(start)).toBe(true);
      }),
    );
  });
});
