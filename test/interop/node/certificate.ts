/** A certificate for the host `server`, and its key, made anew for each run of the tests. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

function made(): { readonly key: string; readonly certificate: string } {
  const folder = mkdtempSync(join(tmpdir(), 'wirelab-certificate-'));
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  try {
    // RSA: its signatures have one length, so that the same run has frames of the same length.
    const subject = ['-subj', '/CN=server', '-addext', 'subjectAltName=DNS:server', '-set_serial', '1', '-days', '30'];
    const words = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', certificate, ...subject];
    execFileSync('openssl', words, { stdio: 'ignore' });
    return { key: readFileSync(key, 'utf8'), certificate: readFileSync(certificate, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const { key, certificate } = made();
export const PRIVATE_KEY: string = key;
export const CERTIFICATE: string = certificate;
