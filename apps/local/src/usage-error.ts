/** It is not clear what a command is asked to do: exit code 2, with its help. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
