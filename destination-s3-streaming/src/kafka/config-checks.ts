// Checks the configuration of `feed-kafka` without a broker.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';

import { given } from '@s3-connectors/common/destination/input/stream-plan.ts';
import type * as z from 'zod';

type Certificates = {
  readonly ca?: string | undefined;
  readonly certificate?: string | undefined;
  readonly private_key?: string | undefined;
};

/** Reads the certificates as a connection would. The texts of OpenSSL may quote them, so they are not passed on. */
export function checkCertificates(tls: Certificates, context: z.RefinementCtx): void {
  const [ca, certificate, key] = [given(tls.ca), given(tls.certificate), given(tls.private_key)];
  const refuse = (field: keyof Certificates, message: string): void => {
    context.addIssue({ code: 'custom', path: [field], message });
  };
  // OpenSSL accepts a text without any certificate as an empty list.
  const isAuthority = ca === undefined || (/-----BEGIN (?:TRUSTED )?CERTIFICATE-----/u.test(ca) && isUsable({ ca }));
  if (!isAuthority) refuse('ca', 'is not a certificate as PEM: write its text, not a path');
  if (certificate === undefined && key === undefined) return;
  if (key === undefined) refuse('private_key', 'is missing: a certificate needs its key');
  else if (certificate === undefined) refuse('certificate', 'is missing: a key needs its certificate');
  else if (!isUsable({ cert: certificate })) refuse('certificate', 'is not a certificate as PEM');
  else if (!isUsable({ key })) refuse('private_key', 'is not a key as PEM without a passphrase');
  else if (!isPair(certificate, key)) refuse('private_key', 'is not the key of the certificate');
}

function isUsable(options: Parameters<typeof createSecureContext>[0]): boolean {
  try {
    createSecureContext(options);
    return true;
  } catch {
    return false;
  }
}

function isPair(certificate: string, key: string): boolean {
  return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
}

/** For a text that ends with a colon and digits. */
export function isPort(broker: string): boolean {
  const port = Number(broker.slice(broker.lastIndexOf(':') + 1));
  return port >= 1 && port <= 65_535;
}

export function hasLogin(url: string): boolean {
  const { username, password } = new URL(url);
  return username !== '' || password !== '';
}
