import { X509Certificate, createPrivateKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { developmentCertificate } from './development-certificate.js';

describe('the certificate for development', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vendrail-tls-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  const certificateIn = (file: string) => new X509Certificate(readFileSync(file));

  it('is for this computer, by a certificate authority of this installation', async () => {
    const { caFile, certFile, keyFile } = await developmentCertificate(folder);
    const certificate = certificateIn(certFile);
    const authority = certificateIn(caFile);

    expect(certificate.checkIssued(authority)).toBe(true);
    expect(certificate.verify(authority.publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(readFileSync(keyFile)))).toBe(true);
    expect(certificate.checkHost('localhost')).toBe('localhost');
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect([authority.ca, certificate.ca]).toEqual([true, false]);
  });

  it('keeps its key to its owner', async () => {
    const { keyFile } = await developmentCertificate(folder);

    expect(statSync(keyFile).mode & 0o077).toBe(0);
  });

  it('is made once, and is valid for longer than a month', async () => {
    const { certFile } = await developmentCertificate(folder);
    const first = certificateIn(certFile);
    await developmentCertificate(folder);

    expect(certificateIn(certFile).serialNumber).toBe(first.serialNumber);
    expect(first.validToDate.getTime()).toBeGreaterThan(Date.now() + 31 * 86_400_000);
  });
});
