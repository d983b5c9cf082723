import { dateTimeFormat } from '@grafana/data';
import { Alert, Button, Stack, Text } from '@grafana/ui';
import React from 'react';

import { type Certificate, presented } from '../../resources';
import { texts } from '../../selectors';
import { useTask } from '../useTask';

interface Props {
  /** Of the data source. */
  uid: string;
  firewallId: string;
  /** As it is in the editor, saved or not. */
  url: string;
  /** The fingerprint that is trusted now. */
  pinned?: string;
  /** Absent: nothing can be changed. */
  onPin?: (fingerprint: string) => void;
}

const words = texts.config.certificate;

/** Fetches what the firewall presents, and trusts it with one click. */
export function PresentedCertificate({ uid, firewallId, url, pinned, onPin }: Props) {
  const { busy, result, problem, run } = useTask(() => presented(uid, firewallId));

  return (
    <Stack direction="column" alignItems="flex-start" gap={1}>
      <Button variant="secondary" size="sm" icon="eye" disabled={busy} tooltip={words.tooltip} onClick={run}>
        {words.show}
      </Button>
      <div role="status">
        {problem && <Alert severity="error" title={words.failed}>{problem}</Alert>}
        {result && <Details certificate={result} />}
        {result && result.url !== url.trim() && <Alert severity="warning" title={words.otherUrl({ url: result.url })} />}
        {result && sameFingerprint(result.sha256, pinned) && <Text color="success">{words.pinned}</Text>}
      </div>
      {result && onPin && !sameFingerprint(result.sha256, pinned) && (
        <Button size="sm" icon="lock" onClick={() => onPin(result.sha256)}>
          {words.pin}
        </Button>
      )}
    </Stack>
  );
}

function Details({ certificate }: { certificate: Certificate }) {
  const { subject, issuer, dnsNames = [], ipAddresses = [], notBefore, notAfter, sha256, trusted, reason } = certificate;
  const facts = [
    [words.subject, subject],
    [words.names, [...dnsNames, ...ipAddresses].join(', ')],
    [words.issuer, certificate.selfSigned ? words.selfSigned : issuer],
    [words.valid, words.fromTo({ from: dateTimeFormat(notBefore), to: dateTimeFormat(notAfter) })],
    [words.sha256, spaced(sha256)],
    [words.trust, trusted ? words.trusted : words.untrusted({ reason: reason ?? '' })],
  ] as const;
  return (
    <dl>
      {facts.map(([name, fact]) => fact !== '' && (
        <Stack key={name} gap={1} wrap="wrap">
          <dt>
            <Text color="secondary">{name}</Text>
          </dt>
          <dd>
            <Text>{fact}</Text>
          </dd>
        </Stack>
      ))}
    </dl>
  );
}

const digits = (fingerprint = '') => fingerprint.replace(/[^0-9a-f]/gi, '').toLowerCase();
const sameFingerprint = (a: string, b?: string) => digits(a) === digits(b);

/** In pairs, as people compare it and OPNsense shows it. */
const spaced = (fingerprint: string) => digits(fingerprint).toUpperCase().replace(/..(?=.)/g, '$&:');
