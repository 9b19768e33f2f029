import fc from 'fast-check';

import { restartMeanwhileConfirmed } from './around.js';
import { choose, leave, vend } from './at-the-machine.js';
import { type Command, always, often, oneAfterTheOther } from './command.js';
import { confirm, confirmTwice, confirmUnheard, decline, wrongPin } from './paying.js';
import { usualScan } from './scanning.js';

const buys = (selection: number): Command =>
  oneAfterTheOther('a payer comes, pays and gets one item', usualScan, confirm, choose(selection), vend(true));

const comes = oneAfterTheOther('a payer comes and pays', usualScan, confirm);
const takesOneMore = oneAfterTheOther('one more item, and the payer leaves', choose(31), vend(true), leave);
const jams = oneAfterTheOther('one more item that jams', choose(11), vend(false));

/** A payer comes, and does not simply confirm. */
const comesAnd = (name: string, ...steps: readonly Command[]): Command =>
  oneAfterTheOther(`a payer comes and ${name}`, usualScan, ...steps);

/** The ways that payers usually go. Step by step they would be found too seldom for what can happen in their middle. */
export const visiting: readonly fc.Arbitrary<Command>[] = [
  ...often(4, fc.constantFrom(11, 34).map(buys)),
  ...often(2, always(comes)),
  ...often(3, always(takesOneMore)),
  always(jams),
  ...often(
    3,
    always(
      comesAnd('declines', decline),
      comesAnd('gives three wrong PINs', wrongPin, wrongPin, wrongPin),
      comesAnd('confirms unheard', confirmUnheard),
      comesAnd('confirms, which is told twice', confirmTwice),
      comesAnd('confirms while no server is there', restartMeanwhileConfirmed),
    ),
  ),
];
