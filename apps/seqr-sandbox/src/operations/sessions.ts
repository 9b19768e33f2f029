import { textAt } from '../xml.js';
import type { Operation } from './parts.js';
import { success } from './reply.js';

/** The one operation of the service for sessions inside the app, a web service of its own. */
export const SESSIONS: Readonly<Record<string, Operation>> = {
  getClientSessionInfo: (message, _, { sessions }) => {
    const info = sessions.info(textAt(message, 'key') ?? '');
    // A plain Java map: entries without the level "parameter" of the merchant service (API page of 2016).
    const entries = Object.entries(info).map(
      ([key, value]) =>
        [
          'entry',
          [
            ['key', key],
            ['value', value],
          ],
        ] as const,
    );
    return [...success(), ['parameters', entries]];
  },
};
