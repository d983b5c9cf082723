import { texts } from './selectors';
import { normaliseUrl } from './url';
import { urlProblem } from './validation';

const { errors } = texts;

describe('what is no address stays, for the validation to tell', () => {
  test.each([
    ['', errors.urlMissing],
    ['   ', errors.urlMissing],
    ['not a url', errors.urlMalformed],
    ['https://', errors.urlMalformed],
    ['https://fw example', errors.urlMalformed],
    ['https://fw:99999', errors.urlMalformed],
    ['https//fw.example', errors.urlMalformed],
    ['fw.example:99999', errors.urlScheme],
    ['ftp://fw.example', errors.urlScheme],
    ['javascript:alert(1)', errors.urlScheme],
    ['root:secret@fw.example', errors.urlScheme],
    ['https://root:secret@fw.example/ui/', errors.urlCredentials],
    [' https://root@fw.example ', errors.urlCredentials],
  ])('%j', (typed, problem) => {
    expect(normaliseUrl(typed)).toBe(typed.trim());
    expect(urlProblem(normaliseUrl(typed))).toBe(problem);
  });
});

test.each([
  ['fw.example', 'https://fw.example'],
  ['fw.example:8443', 'https://fw.example:8443'],
  ['192.168.1.1', 'https://192.168.1.1'],
  ['[2001:db8::1]:8443', 'https://[2001:db8::1]:8443'],
  ['fw.example:8443/ui/core/dashboard', 'https://fw.example:8443'],
  ['  https://fw.example\n', 'https://fw.example'],
  ['https://fw.example/', 'https://fw.example'],
  ['HTTPS://fw.example', 'https://fw.example'],
  ['http://fw.example:80', 'http://fw.example:80'],
  ['https://fw.example/ui/wireguard/general#peers', 'https://fw.example'],
  ['https://fw.example/ui', 'https://fw.example'],
  ['https://fw.example/index.php', 'https://fw.example'],
  ['https://fw.example/?url=/ui/wireguard/general', 'https://fw.example'],
  ['https://fw.example/#', 'https://fw.example'],
  ['https://fw.example/firewall_rules.php?if=wan', 'https://fw.example'],
  ['https://fw.example/api/wireguard/service/show', 'https://fw.example'],
  ['https://proxy.example/opnsense/', 'https://proxy.example/opnsense'],
  ['https://proxy.example/opnsense/ui/wireguard/general#peers', 'https://proxy.example/opnsense'],
  ['https://proxy.example/opnsense/?url=/ui/', 'https://proxy.example/opnsense'],
  ['https://proxy.example/api/fw1', 'https://proxy.example/api/fw1'],
  ['https://proxy.example/uis/fw1', 'https://proxy.example/uis/fw1'],
  ['https://proxy.example/fw?tenant=1', 'https://proxy.example/fw?tenant=1'],
])('%j becomes %j', (typed, url) => {
  expect(normaliseUrl(typed)).toBe(url);
  expect(normaliseUrl(url)).toBe(url);
  expect(urlProblem(url)).toBeUndefined();
});
