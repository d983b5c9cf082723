import { withParams } from './backend';

it.each([
  [{}, '/a'],
  [{ gone: undefined, none: null }, '/a'],
  [{ firewall: ['hq', 'a b'], n: 1 }, '/a?firewall=hq&firewall=a+b&n=1'],
])('adds the parameters %p', (params, want) => {
  expect(withParams('/a', params)).toBe(want);
});
