import { Box, Field } from '@grafana/ui';
import React from 'react';

import { type Choice, peerChoices, reportedPeers } from '../../resources';
import { PickList } from '../PickList';

interface Props {
  id: string;
  label: string;
  description: string;
  placeholder: string;
  /** Of the data source and of the saved firewall whose peers are offered. */
  uid: string;
  firewallId: string;
  value: string[];
  readOnly?: boolean;
  /** Undefined when the list has become empty. */
  onChange: (value: string[] | undefined) => void;
}

/** Names or public keys of peers: chosen from what the firewall reports, or typed. */
export function PeerList({ id, label, description, placeholder, uid, firewallId, value, readOnly, onChange }: Props) {
  const load = async (): Promise<Choice[]> => peerChoices(await reportedPeers(uid, firewallId));
  return (
    <Box maxWidth={90}>
      <Field label={label} description={description} htmlFor={id} noMargin>
        <PickList id={id} value={value} load={load} placeholder={placeholder} disabled={readOnly} onChange={onChange} />
      </Field>
    </Box>
  );
}
