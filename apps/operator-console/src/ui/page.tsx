import { type ReactNode, useEffect, useRef } from 'react';

import { texts } from '../texts.js';
import classes from './page.module.css';

interface Props {
  /** Of the browser's tab; the heading may say more. */
  readonly title: string;
  readonly heading?: ReactNode;
  /** Above the heading: the way back. */
  readonly above?: ReactNode;
  readonly below?: ReactNode;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

/** A page with its heading, which takes the focus when the page is opened, so that a screen reader begins there. */
export function Page({ title, heading, above, below, aside, children }: Props) {
  const headingRef = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    headingRef.current?.focus({ preventScroll: true });
  }, []);
  useEffect(() => {
    document.title = `${title} · ${texts.product}`;
  }, [title]);

  return (
    <>
      {above && <div className={classes.above}>{above}</div>}
      <div className={classes.head}>
        <div className={classes.words}>
          <h1 ref={headingRef} tabIndex={-1} className={classes.heading}>
            {heading ?? title}
          </h1>
          {below && <div className={classes.below}>{below}</div>}
        </div>
        {aside && <div>{aside}</div>}
      </div>
      {children}
    </>
  );
}
