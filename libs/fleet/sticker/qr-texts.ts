import type { Configuration } from '#platform/configuration.js';

/** SEQR's print guidelines (QR code, version 4, level M). */
export const QR_TEXT_MAX = 50;

/** SEQR Unattended Payments page: the text of a machine's QR code; never change its letter case. */
export function qrTextOf(
  configuration: Pick<Configuration, 'SEQR_RESELLER_ID'> & { readonly SEQR_MERCHANT_ID?: string | undefined },
  reservationToken: string,
): string {
  const merchantId = configuration.SEQR_MERCHANT_ID ?? configuration.SEQR_RESELLER_ID;
  return `HTTP://SEQR.SE/000/ups?w=${merchantId}&t=${reservationToken}`;
}

/** The code of a terminal that SEQR knows by this id: it leads to the terminal's present invoice. */
export function staticQrText(seqrId: string): string {
  return `HTTP://SEQR.SE/Q${seqrId}`;
}
