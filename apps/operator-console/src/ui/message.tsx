import type { ReactNode } from 'react';

import classes from './message.module.css';
import { Icon, type IconName } from './icon.js';

interface Props {
  readonly icon: IconName;
  readonly title: string;
  readonly text: string;
  /** What to do next. */
  readonly children?: ReactNode;
  readonly alert?: boolean;
}

/** In place of what could be shown: nothing yet, not found, or not loaded. */
export function Message({ icon, title, text, children, alert = false }: Props) {
  return (
    <div className={classes.message} role={alert ? 'alert' : undefined}>
      <span className={classes.icon}>
        <Icon name={icon} size={22} />
      </span>
      <h2 className={classes.title}>{title}</h2>
      <p className={classes.text}>{text}</p>
      {children && <div className={classes.action}>{children}</div>}
    </div>
  );
}
