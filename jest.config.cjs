const swc = require('./.config/swc.cjs');

// Packages that @grafana/* pull in and that ship ES modules only: jest runs CommonJS, so these are translated too.
const esModules = [
  '@grafana/.*',
  '@openfeature/.*',
  'd3',
  'd3-.*',
  'delaunator',
  'i18next-.*',
  'internmap',
  'marked',
  'marked-mangle',
  'ol',
  'quickselect',
  'rbush',
  'react-calendar',
  'react-colorful',
  'react-data-grid',
  'robust-predicates',
  'uuid',
  'uwrap',
  '@wojtekmaj/date-utils',
  'get-user-locale',
  'memoize',
  'mimic-function',
].join('|');

module.exports = {
  rootDir: __dirname,
  roots: ['<rootDir>/src'],
  testEnvironment: 'jsdom',
  transform: { '^.+\\.[jt]sx?$': ['@swc/jest', swc] },
  transformIgnorePatterns: [`/node_modules/(?!(${esModules})/)`],
  moduleNameMapper: { '\\.(css|svg)$': '<rootDir>/.config/jest/empty.cjs' },
  setupFiles: ['<rootDir>/.config/jest/browser.cjs'],
  setupFilesAfterEnv: ['@testing-library/jest-dom'],
  restoreMocks: true,
};
