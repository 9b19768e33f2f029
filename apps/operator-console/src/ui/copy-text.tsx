import { ActionIcon, CopyButton, Tooltip } from '@mantine/core';

import { texts } from '../texts.js';
import classes from './copy-text.module.css';
import { Icon } from './icon.js';

/** A reference as it is written, with a button that copies it. */
export function CopyText({ text, what }: { readonly text: string; readonly what: string }) {
  return (
    <span className={classes.line}>
      <code className={classes.text}>{text}</code>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? texts.copy.copied : texts.copy.copy(what)}>
            <ActionIcon
              variant="subtle"
              color={copied ? 'rail' : 'gray'}
              size="md"
              aria-label={copied ? texts.copy.copied : texts.copy.copy(what)}
              onClick={copy}
            >
              <Icon name={copied ? 'check' : 'copy'} size={16} />
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </span>
  );
}
