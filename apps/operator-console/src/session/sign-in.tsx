import { Alert, Button, PasswordInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useEffect, useState } from 'react';

import { isSignedOut } from '../api/api-error.js';
import { signIn } from '../api/client.js';
import { texts } from '../texts.js';
import { Mark } from '../shell/mark.js';
import classes from './sign-in.module.css';
import { tokenInPaste } from './token.js';

const words = texts.session;

export function SignIn() {
  const client = useQueryClient();
  const [pasted, setPasted] = useState('');
  const [isEmpty, setIsEmpty] = useState(false);
  const attempt = useMutation({
    mutationFn: signIn,
    networkMode: 'always',
    // What an earlier session saw is forgotten with it.
    onSuccess: () => client.resetQueries(),
  });
  useEffect(() => {
    document.title = words.title;
  }, []);

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const token = tokenInPaste(pasted);
    setIsEmpty(token === null);
    if (token !== null) attempt.mutate(token);
  };

  return (
    <main className={classes.page}>
      <form className={classes.card} onSubmit={submit}>
        <Mark size={44} />
        <h1 className={classes.title}>{words.title}</h1>
        <p className={classes.explain}>{words.explain}</p>
        <PasswordInput
          label={words.field}
          placeholder={words.placeholder}
          size="md"
          value={pasted}
          onChange={(event) => setPasted(event.currentTarget.value)}
          error={isEmpty && words.empty}
          autoComplete="off"
          spellCheck={false}
          autoFocus
        />
        {attempt.error && (
          <Alert color="red" variant="light" role="alert">
            {isSignedOut(attempt.error) ? words.refused : texts.states.unreachable}
          </Alert>
        )}
        <Button type="submit" size="md" loading={attempt.isPending}>
          {words.submit}
        </Button>
      </form>
    </main>
  );
}
