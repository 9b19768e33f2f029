import type { Configuration } from '#platform/configuration.js';
import type { SeqrClientOptions } from '#seqr/options.js';

/** What an installation is to SEQR: the reseller, unless a machine has a terminal of its own. */
export type SeqrSettings = Pick<
  Configuration,
  'SEQR_SOAP_URL' | 'SEQR_ALLOW_PLAIN_HTTP' | 'SEQR_RESELLER_ID' | 'SEQR_RESELLER_USER_ID' | 'SEQR_RESELLER_PASSWORD'
>;

export function seqrOptionsOf(settings: SeqrSettings): SeqrClientOptions {
  return {
    endpoint: settings.SEQR_SOAP_URL,
    allowPlainHttp: settings.SEQR_ALLOW_PLAIN_HTTP === 'true',
    principal: {
      type: 'RESELLERUSER',
      id: settings.SEQR_RESELLER_ID,
      userId: settings.SEQR_RESELLER_USER_ID,
      password: settings.SEQR_RESELLER_PASSWORD,
    },
    clientId: 'Vendrail 0.1.0',
  };
}
