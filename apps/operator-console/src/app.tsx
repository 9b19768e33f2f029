import { Button } from '@mantine/core';

import { FleetPage } from './fleet/fleet-page.js';
import { MachinePage } from './machine/machine-page.js';
import { PurchasePage } from './purchase/purchase-page.js';
import { PurchasesPage } from './purchases/purchases-page.js';
import { navigate, usePathname } from './router/navigation.js';
import { paths, type Route, routeOf } from './router/route.js';
import { SessionGate } from './session/session-gate.js';
import { Shell } from './shell/shell.js';
import { texts } from './texts.js';
import { Clock } from './ui/clock.js';
import { CrashBarrier } from './ui/crash-barrier.js';
import { Message } from './ui/message.js';
import { Page } from './ui/page.js';

export function App() {
  const pathname = usePathname();
  const route = routeOf(pathname);
  return (
    <SessionGate>
      {(system) => (
        <Clock offsetMs={system.clockOffsetMs}>
          <Shell route={route} system={system}>
            {/* A new page begins anew: its own focus, its own opened evidence, its own fault. */}
            <CrashBarrier key={pathname}>
              <PageOf route={route} />
            </CrashBarrier>
          </Shell>
        </Clock>
      )}
    </SessionGate>
  );
}

function PageOf({ route }: { readonly route: Route }) {
  switch (route.page) {
    case 'fleet':
      return <FleetPage />;
    case 'purchases':
      return <PurchasesPage />;
    case 'purchase':
      return <PurchasePage id={route.id} />;
    case 'machine':
      return <MachinePage id={route.id} />;
    case 'not-found':
      return <NotFoundPage />;
  }
}

function NotFoundPage() {
  return (
    <Page title={texts.states.notFoundTitle}>
      <Message icon="status" title={texts.states.notFoundTitle} text={texts.states.notFound}>
        <Button onClick={() => navigate(paths.fleet)}>{texts.states.toFleet}</Button>
      </Message>
    </Page>
  );
}
