/** What browsers are told about pages: run only our own files, send nothing elsewhere, keep nothing. */
import { createMiddleware } from 'hono/factory';
import { secureHeaders } from 'hono/secure-headers';

const protect = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", 'data:', 'https:'],
    connectSrc: ["'self'"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
    baseUri: ["'none'"],
  },
  permissionsPolicy: { camera: [], geolocation: [], microphone: [], payment: [], usb: [] },
  referrerPolicy: 'same-origin',
  xFrameOptions: 'DENY',
  // Whether a site is served over https for good is for its operator to promise.
  strictTransportSecurity: false,
  // What is no page of ours may have a stricter policy of its own.
  overwrite: false,
});

export const pageHeaders = createMiddleware(async (c, next) => {
  await protect(c, next);
  c.header('cache-control', 'no-store');
  c.header('vary', 'accept-encoding, accept-language, cookie');
});
