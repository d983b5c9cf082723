import { placeOf } from './place';

it.each([
  ['', 'overview', 'overview', ''],
  ['#nowhere', 'overview', 'overview', ''],
  ['#d/another-dashboard', 'overview', 'overview', ''],
  ['#rules', 'rules', 'overview', ''],
  ['#d/opnsense-wireguard-tunnel', 'overview', 'tunnel', ''],
  ['#d/opnsense-wireguard-tunnel?var-firewall=hq&var-firewall=branch', 'overview', 'tunnel', 'hq,branch'],
])('reads the address %p', (hash, tab, dashboard, firewalls) => {
  const place = placeOf(hash);
  expect([place.tab, place.dashboard, place.variables.getAll('var-firewall').join()]).toEqual([tab, dashboard, firewalls]);
});
