const swc = require('./.config/swc.cjs');

module.exports = {
  rootDir: __dirname,
  roots: ['<rootDir>/src', '<rootDir>/page'],
  testEnvironment: 'jsdom',
  // Jest runs CommonJS, and many packages below @grafana/* ship ES modules only: all is translated, and cached.
  transform: { '^.+\\.[jt]sx?$': ['@swc/jest', swc] },
  transformIgnorePatterns: [],
  moduleNameMapper: {
    '\\.(css|svg)$': '<rootDir>/.config/jest/empty.cjs',
    '^react-inlinesvg$': '<rootDir>/.config/jest/icon.cjs',
    // Jest takes *.mjs for a real ES module, whatever the translation made of it; d3 has its UMD build beside.
    '^(d3(-[a-z]+)*)$': '<rootDir>/node_modules/$1/dist/$1.js',
  },
  setupFiles: ['<rootDir>/.config/jest/browser.cjs'],
  setupFilesAfterEnv: ['@testing-library/jest-dom', '<rootDir>/.config/jest/patience.cjs'],
  restoreMocks: true,
  // Only to end a test that hangs: a busy machine is no fault.
  testTimeout: 60_000,
};
