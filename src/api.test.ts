import { ask, messageOf, resourcePath } from './api';
import { texts } from './selectors';
import { fakeBackend, Refusal } from './testkit';

const refused = async (status: number, data?: unknown) => {
  fakeBackend(() => new Refusal(status, data));
  return ask('/api/x').then(
    () => undefined,
    (error: unknown) => error
  );
};

test.each([
  ['our own routes say error', 502, { error: 'hq: refused' }, 'hq: refused'],
  ['Grafana says message', 403, { message: 'no right to' }, 'no right to'],
  ['what is no text is none', 500, { error: {}, message: '' }, texts.errors.noAnswer({ status: 500 })],
  ['no body', 504, undefined, texts.errors.noAnswer({ status: 504 })],
])('%s', async (_, status, data, message) => {
  const error = await refused(status, data);
  expect(messageOf(error)).toBe(message);
});

test('what is no refusal keeps its own message', () => {
  expect(messageOf(new Error('broken'))).toBe('broken');
  expect(messageOf('text')).toBe('text');
});

test('asks with method, parameters, body and headers, and never has Grafana pop up an error', async () => {
  const log = fakeBackend(() => 'body');
  await expect(ask('/api/x', { method: 'PUT', params: { a: ['1'] }, body: { b: 2 }, headers: { C: '3' } })).resolves.toBe('body');
  expect(log).toEqual([{ method: 'PUT', url: '/api/x', params: { a: ['1'] }, data: { b: 2 }, headers: { C: '3' } }]);
});

test('a uid cannot leave its place in a path', () => {
  expect(resourcePath('a/b', 'peers')).toBe('/api/datasources/uid/a%2Fb/resources/peers');
});
