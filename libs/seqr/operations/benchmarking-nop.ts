import { nothingMore, type Operation } from './operation.js';

/**
 * A probe: it says that the service is reached and answers, and nothing about credentials, because it takes no arguments,
 * not even a context. In the vendor's service description, on no page.
 */
export const benchmarkingNop: Operation<undefined, object> = {
  name: 'benchmarkingNop',
  withoutContext: true,
  request: () => ({}),
  answer: nothingMore,
};
