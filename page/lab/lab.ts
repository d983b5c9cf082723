import { getBackendSrv } from '@grafana/runtime';

/** The simulated firewalls, as their control API tells of them. */
export interface LabFirewall {
  name: string;
  url: string;
  api_key: string;
  api_secret: string;
  fingerprint: string;
  faults: Array<{ kind: string }>;
  virtual_ips: Array<{ vhid: number; role: string }>;
  interfaces: LabInterface[];
}

export interface LabInterface {
  device: string;
  name: string;
  running: boolean;
  up: boolean;
  peers: LabPeer[];
}

export interface LabPeer {
  name: string;
  cut: boolean;
  /** Somebody holds its private key: others never shake hands. */
  connects: boolean;
}

export const labUrl = '/api/lab/firewalls';

export const control = (path: string, body: object = {}): Promise<unknown> =>
  getBackendSrv().post(`${labUrl}/${path}`, body);

export const isHanging = ({ faults }: LabFirewall): boolean => faults.some(({ kind }) => kind === 'hang');

export const apiKeyFile = ({ api_key, api_secret }: LabFirewall): string => `key=${api_key}\nsecret=${api_secret}\n`;

/** Undoes whatever this page can break. */
export async function putAllBack(firewalls: LabFirewall[]): Promise<void> {
  for (const { name: firewall, virtual_ips, interfaces } of firewalls) {
    await control(`${firewall}/faults/clear`);
    for (const { vhid, role } of virtual_ips) {
      if (role !== 'MASTER') {
        await control(`${firewall}/carp/${vhid}`, { role: 'MASTER' });
      }
    }
    for (const { device, running, up, peers } of interfaces) {
      const path = `${firewall}/interfaces/${device}`;
      if (!running) {
        await control(`${path}/start`);
      } else if (!up) {
        await control(`${path}/up`);
      }
      for (const peer of peers.filter(({ cut }) => cut)) {
        await control(`${path}/peers/${encodeURIComponent(peer.name)}/restore`);
      }
    }
  }
}
