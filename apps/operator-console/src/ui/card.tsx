import { type ReactNode, useId } from 'react';

import classes from './card.module.css';

/** A titled part of a page. `aside` stands at the end of the title's line. */
export function Card(props: { readonly title: string; readonly aside?: ReactNode; readonly children: ReactNode }) {
  const id = useId();
  return (
    <section className={classes.card} aria-labelledby={id}>
      <header className={classes.header}>
        <h2 id={id} className={classes.title}>
          {props.title}
        </h2>
        {props.aside}
      </header>
      {props.children}
    </section>
  );
}
