import type { ReactNode } from 'react';

import type { SystemSeen } from '../api/client.js';
import { paths, type Route } from '../router/route.js';
import { Link } from '../router/navigation.js';
import { texts } from '../texts.js';
import { ToneBadge } from '../ui/tone-badge.js';
import { ColourSwitch } from './colour-switch.js';
import { Footer } from './footer.js';
import { Mark } from './mark.js';
import classes from './shell.module.css';
import { SignOutButton } from './sign-out-button.js';
import { StaleBanner } from './stale-banner.js';
import { useIsRefetchFailing } from './use-freshness.js';
import { type LiveState, useLive } from './use-live.js';

/** What stands around every page. */
export function Shell(props: { readonly route: Route; readonly system: SystemSeen; readonly children: ReactNode }) {
  const stream = useLive();
  const isFailing = useIsRefetchFailing();
  const live = isFailing ? 'lost' : stream;
  const { page } = props.route;
  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#content">
        {texts.nav.skip}
      </a>
      <div className={classes.top}>
        <header className={classes.bar}>
          <Link href={paths.fleet} className={classes.brand} aria-label={texts.product}>
            <Mark size={30} />
            <span className={classes.name}>{texts.product}</span>
          </Link>
          <nav className={classes.nav} aria-label={texts.nav.label}>
            <NavLink href={paths.fleet} active={page === 'fleet' || page === 'machine'} text={texts.nav.fleet} />
            <NavLink
              href={paths.purchases}
              active={page === 'purchases' || page === 'purchase'}
              text={texts.nav.purchases}
            />
          </nav>
          <div className={classes.tools}>
            <LiveBadge state={live} />
            <ColourSwitch />
            <SignOutButton />
          </div>
        </header>
        {live === 'lost' && <StaleBanner />}
      </div>
      <main id="content" className={classes.content}>
        {props.children}
      </main>
      <Footer system={props.system} />
    </div>
  );
}

function NavLink({ href, active, text }: { readonly href: string; readonly active: boolean; readonly text: string }) {
  return (
    <Link href={href} className={classes.link} aria-current={active ? 'page' : undefined}>
      {text}
    </Link>
  );
}

const LIVE_TONES = { connected: 'good', connecting: 'neutral', lost: 'warning' } as const;

function LiveBadge({ state }: { readonly state: LiveState }) {
  return (
    <span className={classes.live} title={state === 'connected' ? texts.live.connectedHint : undefined}>
      <ToneBadge tone={LIVE_TONES[state]} word={texts.live[state]} />
    </span>
  );
}
