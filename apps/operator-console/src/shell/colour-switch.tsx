import { ActionIcon, Tooltip, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useColorScheme } from '@mantine/hooks';

import { texts } from '../texts.js';
import { Icon } from '../ui/icon.js';

/** Light or dark. Who chooses what the system has follows the system again. */
export function ColourSwitch() {
  const { setColorScheme } = useMantineColorScheme();
  const shown = useComputedColorScheme('light');
  const system = useColorScheme();
  const other = shown === 'dark' ? 'light' : 'dark';
  const label = other === 'dark' ? texts.nav.toDark : texts.nav.toLight;
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={label}
        onClick={() => setColorScheme(other === system ? 'auto' : other)}
      >
        <Icon name={other === 'dark' ? 'moon' : 'sun'} />
      </ActionIcon>
    </Tooltip>
  );
}
