import type { texts } from './selectors';
import type { WireGuardQuery } from './types';

export type ExampleKey = keyof typeof texts.help.examples;

const refId = 'A';

/** Queries to start from, in the order in which the help shows them. */
export const examples: ReadonlyArray<{ key: ExampleKey; query: WireGuardQuery }> = [
  {
    key: 'problems',
    query: { refId, queryType: 'problems', format: 'table' },
  },
  {
    key: 'interfacesDown',
    query: { refId, queryType: 'interfaces', format: 'table', filter: { statuses: ['down'] } },
  },
  {
    key: 'sitesDown',
    query: { refId, queryType: 'promql', format: 'table', expr: 'opnsense_wireguard_peer_site_down == 1' },
  },
  {
    key: 'traffic',
    query: { refId, queryType: 'interfaces', format: 'time_series', metric: 'rx_rate' },
  },
  {
    key: 'handshakeAge',
    query: { refId, queryType: 'peers', format: 'numeric', metric: 'handshake_age' },
  },
  {
    key: 'changes',
    query: { refId, queryType: 'events', format: 'table' },
  },
  {
    key: 'rule',
    query: { refId, queryType: 'promql', format: 'table', expr: 'opnsense_wireguard_interfaces_status == 0' },
  },
  {
    key: 'rate',
    query: {
      refId,
      queryType: 'promql',
      format: 'time_series',
      expr: 'sum by (opnsense_instance, device_name) (rate(opnsense_wireguard_peer_received_bytes_total[5m]))',
      legendFormat: '{{opnsense_instance}} {{device_name}}',
    },
  },
  {
    key: 'tunnelPeers',
    query: { refId, queryType: 'peers', format: 'table', filter: { interfaces: ['wg1'] } },
  },
];
