// Only to end what hangs, as the time limit of each test: a busy machine is no fault.
const { configure } = require('@testing-library/dom');

configure({ asyncUtilTimeout: 30_000 });
