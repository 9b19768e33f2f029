import type { MachineView } from '#fleet/operator-views.js';

import { qrPictureOf } from '../api/client.js';
import { texts } from '../texts.js';
import { Card } from '../ui/card.js';
import { CopyText } from '../ui/copy-text.js';
import classes from './qr-card.module.css';

const words = texts.machine;

/** What the payer scans: large enough to scan from this screen. */
export function QrCard({ machine }: { readonly machine: MachineView }) {
  const picture = qrPictureOf(machine.id);
  return (
    <Card
      title={words.qr}
      aside={
        <a href={picture} target="_blank" rel="noreferrer">
          {words.qrOpen}
        </a>
      }
    >
      <div className={classes.paper}>
        <img src={picture} alt={words.qrAlt(machine.name)} width={260} height={260} />
      </div>
      <p className={classes.hint}>{words.qrHint}</p>
      <CopyText text={machine.qrText} what={words.qrText} />
    </Card>
  );
}
