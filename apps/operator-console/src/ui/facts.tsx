import type { ReactNode } from 'react';

import classes from './facts.module.css';

/** Names and values, one under the other. */
export function Facts({ facts }: { readonly facts: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <dl className={classes.facts}>
      {facts.map(([name, value]) => (
        <div key={name} className={classes.fact}>
          <dt className={classes.name}>{name}</dt>
          <dd className={classes.value}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Absent({ children }: { readonly children: ReactNode }) {
  return <span className={classes.absent}>{children}</span>;
}
