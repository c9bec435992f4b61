// One live stream for all tabs of a browser. Browsers open six connections to a host over HTTP/1.1,
// and a stream keeps one: a tab with a stream of its own would, six times over, leave none to buy with.
//
// A tab is in one of three modes:
// - away: nobody sees it. It has no stream, no lock and no channel, so that it can be frozen, put into
//   the back/forward cache or discarded, and holds nothing up.
// - following: it says on a broadcast channel what it shows, and hears of it there.
// - leading: it has the web lock, and therefore the stream, of all that visible tabs show.
// A lock ends with its tab, and the next in line leads. A leader that hangs says nothing any more, and
// one of its followers takes the lock from it. Where the browser has no locks (they need https, or this
// very machine) or no channels, each visible tab has its own stream.

const beatMs = 2_000;
/** Three beats and a little: then a leader or a follower counts as gone. */
const silenceMs = 7_000;
/** A new leader listens this long to what others show before it opens the stream. */
const gatherMs = 60;
/** The pause before a stream that was refused is asked for again: it doubles up to the longest. */
const pauseMsMin = 1_000;
const pauseMsMax = 30_000;

const jitter = (ms) => ms + Math.random() * ms;

/**
 * Keeps a page informed while it is visible.
 * `path`: of the stream, which takes `?items=` with what is shown; `event`: the name of its events.
 * `take`: gets the data of each event about `item`; `itemOf` says which item an event is about.
 * `lost`: called when the connection is lost; true: the server has refused the stream.
 */
export function stayInformed({ path, item, event, itemOf, take, lost = () => undefined }) {
  const tab = {
    path,
    item,
    event,
    itemOf,
    take,
    lost,
    id: crypto.getRandomValues(new Uint32Array(2)).join('-'),
  };
  const canShare = 'BroadcastChannel' in window && navigator.locks !== undefined;
  const arrive = canShare ? () => new Shared(tab) : () => new Alone(tab);
  let present = null;
  const update = (isSeen) => {
    if (isSeen) present ??= arrive();
    else {
      present?.leave();
      present = null;
    }
  };
  update(!document.hidden);
  document.addEventListener('visibilitychange', () => update(!document.hidden));
  addEventListener('pagehide', () => update(false));
  addEventListener('pageshow', () => update(!document.hidden));
}

/** The stream itself, for as long as anything is wanted of it. */
class Stream {
  #source = null;
  #timer;
  #wanted = '';
  #pauseMs = pauseMsMin;

  constructor(tab, received, lost) {
    this.tab = tab;
    this.received = received;
    this.lost = lost;
  }

  /** Opens the stream of these items; one that is open stays where it is of the very same. */
  want(items) {
    const wanted = [...new Set(items)].sort().join();
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    this.#open();
  }

  close() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
    this.#wanted = '';
  }

  #open() {
    clearTimeout(this.#timer);
    this.#source?.close();
    const { path, event } = this.tab;
    const source = new EventSource(`${path}?items=${this.#wanted}`);
    this.#source = source;
    source.addEventListener(event, ({ data }) => {
      this.#pauseMs = pauseMsMin;
      this.received(JSON.parse(data));
    });
    source.addEventListener('error', () => {
      // The browser itself tries again, unless it was refused: a server that restarts does so for a moment.
      const isRefused = source.readyState === EventSource.CLOSED;
      if (isRefused) {
        this.#timer = setTimeout(() => this.#open(), jitter(this.#pauseMs));
        this.#pauseMs = Math.min(this.#pauseMs * 2, pauseMsMax);
      }
      this.lost(isRefused);
    });
  }
}

/** A visible tab with a stream of its own. */
class Alone {
  #stream;

  constructor(tab) {
    this.#stream = new Stream(tab, tab.take, tab.lost);
    this.#stream.want([tab.item]);
  }

  leave() {
    this.#stream.close();
  }
}

/** A visible tab among others: it follows, or leads. */
class Shared {
  #channel;
  #timer;
  #waiting = null;
  #release = null;
  #stream = null;
  #gathering;
  #heardAt = performance.now();
  /** Of a leader: by tab, what it shows and when it last said so. */
  #others = new Map();
  /** Of a leader: by item, the data of its last event. */
  #last = new Map();

  constructor(tab) {
    this.tab = tab;
    this.#channel = new BroadcastChannel(`live:${tab.path}`);
    this.#channel.addEventListener('message', ({ data }) => this.#hear(data));
    this.#timer = setInterval(() => this.#beat(), beatMs);
    this.#standInLine();
    this.#show(true);
  }

  leave() {
    clearInterval(this.#timer);
    this.#waiting?.abort();
    this.#resign();
    this.#tell({ gone: this.tab.id });
    this.#channel.close();
    this.#channel = null;
  }

  /** A tab that has left says nothing: its channel is closed. */
  #tell(message) {
    this.#channel?.postMessage(message);
  }

  #show(isNew) {
    this.#tell({ shows: this.tab.item, from: this.tab.id, isNew });
  }

  /** Waits for the lock; `steal` takes it from a leader that hangs. */
  #standInLine(steal = false) {
    const waiting = new AbortController();
    this.#waiting = waiting;
    const options = steal ? { steal } : { signal: waiting.signal };
    const held = navigator.locks.request(`live:${this.tab.path}`, options, () =>
      this.#lead(waiting),
    );
    held.catch(() => {
      // Given up by `leave`, or stolen: whoever stole it thinks that this tab hangs.
      if (waiting.signal.aborted) return;
      this.#resign();
      this.#standInLine();
    });
  }

  /** Leads until the promise that it returns is resolved. */
  #lead(waiting) {
    if (waiting.signal.aborted) return;
    this.#stream = new Stream(
      this.tab,
      (data) => this.#pass(data),
      (isRefused) => {
        this.#tell({ lost: true, isRefused });
        this.tab.lost(isRefused);
      },
    );
    this.#tell({ beat: true });
    this.#gather();
    return new Promise((resolve) => {
      this.#release = resolve;
    });
  }

  #resign() {
    clearTimeout(this.#gathering);
    this.#stream?.close();
    this.#stream = null;
    this.#others.clear();
    this.#last.clear();
    this.#release?.();
    this.#release = null;
    this.#heardAt = performance.now();
  }

  #beat() {
    const now = performance.now();
    if (this.#stream !== null) {
      for (const [id, { at }] of this.#others) {
        if (now - at > silenceMs) this.#others.delete(id);
      }
      this.#tell({ beat: true });
      this.#gather();
    } else if (now - this.#heardAt > silenceMs) {
      this.#waiting.abort();
      this.#heardAt = now;
      this.#standInLine(true);
    }
  }

  /** Opens the stream of all that is shown, when the others have said what that is. */
  #gather() {
    clearTimeout(this.#gathering);
    this.#gathering = setTimeout(() => {
      const items = [...this.#others.values()].map(({ item }) => item);
      this.#stream.want([this.tab.item, ...items]);
    }, gatherMs);
  }

  #pass(data) {
    this.#last.set(this.tab.itemOf(data), data);
    this.#tell({ news: data });
    this.#take(data);
  }

  #take(data) {
    if (this.tab.itemOf(data) === this.tab.item) this.tab.take(data);
  }

  #hear(message) {
    if (this.#stream !== null) this.#hearAsLeader(message);
    else this.#hearAsFollower(message);
  }

  #hearAsLeader({ shows, from, isNew, gone }) {
    if (gone !== undefined && this.#others.delete(gone)) this.#gather();
    if (shows === undefined) return;
    const known = this.#others.get(from);
    this.#others.set(from, { item: shows, at: performance.now() });
    if (known === undefined) this.#gather();
    if (isNew && this.#last.has(shows)) this.#tell({ news: this.#last.get(shows) });
  }

  #hearAsFollower({ beat, news, lost, isRefused }) {
    if (beat || news !== undefined || lost) this.#heardAt = performance.now();
    if (beat) this.#show(false);
    if (news !== undefined) this.#take(news);
    if (lost) this.tab.lost(isRefused);
  }
}
