/**
 * The port to listen on; 0 asks for a free one. HTTP threads share their port, and so would a second
 * engine by mistake: binding it alone first detects that.
 * @throws when the port is taken.
 */
export function freePort(hostname: string, port: number): number {
  try {
    const probe = Bun.listen({
      hostname,
      port,
      exclusive: true,
      socket: { data: () => undefined },
    });
    const free = probe.port;
    probe.stop(true);
    return free;
  } catch (cause) {
    const reasons: Record<string, string> = {
      EADDRINUSE: 'the port is taken',
      EADDRNOTAVAIL: 'the host is not an address of this machine',
      EACCES: 'the port needs more rights',
    };
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    throw new Error(`cannot listen on ${hostname}:${port}: ${reasons[code] ?? cause}`, { cause });
  }
}
