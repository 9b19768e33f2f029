import { readEvidence } from './evidence-line.js';

describe('a line of evidence', () => {
  it('to the machine points to it', () => {
    expect(readEvidence('> C,START,20.00')).toEqual({ sign: '→', text: 'C,START,20.00' });
  });

  it('from the machine points back', () => {
    expect(readEvidence('< c,STATUS,IDLE,20.00')).toEqual({ sign: '←', text: 'c,STATUS,IDLE,20.00' });
  });

  it('from elsewhere stands as it is', () => {
    expect(readEvidence('sendInvoice: 0 SUCCESS in 142 ms')).toEqual({
      sign: '',
      text: 'sendInvoice: 0 SUCCESS in 142 ms',
    });
  });
});
