// What components of @grafana/ui ask of a browser and jsdom does not have.
process.env.I18NEXT_NO_SUPPORT_NOTICE = '1';
const { TextDecoder, TextEncoder } = require('util');

Object.assign(global, { TextDecoder, TextEncoder });

class NoObserver {
  observe() {}
  unobserve() {}
  disconnect() {}
  takeRecords() {
    return [];
  }
}
Object.assign(global, { IntersectionObserver: NoObserver, ResizeObserver: NoObserver });

window.matchMedia = () => ({ matches: false, addEventListener() {}, removeEventListener() {} });

// Text is measured on a canvas, and lists render only the rows that fit into their box: both need some size.
HTMLCanvasElement.prototype.getContext = () => ({ measureText: (text) => ({ width: 8 * text.length }) });
Element.prototype.getBoundingClientRect = () => ({ width: 400, height: 400, top: 0, left: 0, bottom: 400, right: 400, x: 0, y: 0 });
for (const size of ['offsetWidth', 'offsetHeight', 'clientWidth', 'clientHeight']) {
  Object.defineProperty(HTMLElement.prototype, size, { configurable: true, value: 400 });
}
