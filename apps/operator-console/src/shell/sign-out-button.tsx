import { ActionIcon, Tooltip } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';

import { signOut } from '../api/client.js';
import { texts } from '../texts.js';
import { Icon } from '../ui/icon.js';

export function SignOutButton() {
  const client = useQueryClient();
  const attempt = useMutation({ mutationFn: signOut, networkMode: 'always', onSettled: () => client.resetQueries() });
  return (
    <Tooltip label={texts.nav.signOut}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={texts.nav.signOut}
        loading={attempt.isPending}
        onClick={() => attempt.mutate()}
      >
        <Icon name="leave" />
      </ActionIcon>
    </Tooltip>
  );
}
