type Question = { readonly id: number; readonly ask: string };

/** The other end of `Program`: tells that this process is ready and answers what it is asked, by name. */
export function answering(answers: Readonly<Record<string, (question: never) => unknown>>): void {
  process.on('message', (question: Question) => {
    void answer(question);
  });
  // When the benchmark is gone, however it ended, its programs end too.
  process.once('disconnect', () => process.exit(1));
  process.send?.({ ready: {} });

  async function answer(question: Question): Promise<void> {
    try {
      const how = answers[question.ask];
      if (how === undefined) throw new Error(`nobody knows "${question.ask}" here`);
      process.send?.({ id: question.id, answer: await how(question as never) });
    } catch (error) {
      process.send?.({
        id: question.id,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    }
  }
}

export function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}
