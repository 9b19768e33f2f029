import type { Tone, VendView } from '#fleet/operator-views.js';

import { formatMoney } from '../format/money.js';
import { texts } from '../texts.js';
import { Card } from '../ui/card.js';
import { Absent } from '../ui/facts.js';
import { ToneBadge } from '../ui/tone-badge.js';
import classes from './table.module.css';

const words = texts.purchase;

const TONES: Record<VendView['result'], Tone> = {
  selected: 'progress',
  denied: 'neutral',
  dispensed: 'good',
  failed: 'warning',
  uncertain: 'bad',
};

export function VendsCard({ vends, isOver }: { readonly vends: readonly VendView[]; readonly isOver: boolean }) {
  const columns = words.vendColumns;
  return (
    <Card title={words.vends}>
      {vends.length === 0 ? (
        <Absent>{isOver ? words.noVends : words.noVendsYet}</Absent>
      ) : (
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">{columns.selection}</th>
              <th scope="col" className={classes.end}>
                {columns.price}
              </th>
              <th scope="col" className={classes.end}>
                {columns.result}
              </th>
            </tr>
          </thead>
          <tbody>
            {vends.map((vend) => (
              <tr key={vend.number}>
                <th scope="row">
                  <code className={classes.code}>{vend.selection}</code>{' '}
                  {vend.product ?? <Absent>{words.unnamedProduct}</Absent>}
                </th>
                <td className={classes.end}>{formatMoney(vend.price)}</td>
                <td className={classes.end}>
                  <ToneBadge
                    tone={TONES[vend.result]}
                    word={words.vendResults[vend.result]}
                    live={vend.result === 'selected'}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}
