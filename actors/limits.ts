/**
 * Every bound of the engine, named with its unit. A bound called `…Max` is inclusive.
 * Relations between bounds are asserted at the end, so that a change which breaks one fails at start.
 */

/** Ids, money and counts share one ceiling: the largest integer a JSON number carries exactly. */
export const integerMax = Number.MAX_SAFE_INTEGER;

/** Items live in a table in shared memory that is indexed by item id: ids run from 1 to this. */
export const itemIdMax = 131_071;

/** Promos are known by a bit each in shared memory: ids run from 1 to this. */
export const promoIdMax = 2 ** 22 - 1;

/** Partitions a journal may be made with; `itemId % PARTITIONS` picks one. */
export const partitionsMax = 64;

/** Minor units of currency, for one unit of an item. */
export const priceMinorMax = 1_000_000_000;

/** Units in one order. */
export const orderUnitsMax = 100_000;

/** Orders in one request: a thread takes so many in a millisecond, and they fit into a body. */
export const batchOrdersMax = 256;

/** Units an item may ever have had loaded. */
export const loadedUnitsMax = 1_000_000_000;

/** Orders one item may ever have: they are addressed by 32-bit indexes. */
export const ordersPerItemMax = 100_000_000;

/** Times, in milliseconds since 1970 UTC: the end of the year 9999, the last with four digits. */
export const timeMsMax = 253_402_300_799_999;

/** Promos one item may ever have: orders name their terms by a 16-bit index, of which 0 is the normal price. */
export const termsMax = 65_535;

/** How long a placed order holds its units when its promo does not say. */
export const payWindowDefaultMs = 900_000;
export const payWindowMsMax = 7 * 24 * 3_600_000;

/** The gate lets in `gateFactor × left` users at once unless the promo says otherwise. */
export const gateFactorDefault = 5;
export const gateFactorMax = 1_000;

/** Units one user may hold or own at the normal price, unless the item says otherwise. */
export const normalLimitDefault = 5;

/** How long an admission waits for its order, unless the promo says otherwise; and at most. */
export const admitDefaultMs = 300_000;
export const admitMsMax = 24 * 3_600_000;

/** How long before its start users may join a promo with a draw, unless the promo says otherwise. */
export const queueOpenBeforeMs = 900_000;

/**
 * Users that are let in from a queue within one entry: orders of the same partition need not wait for
 * more than this between them and the journal.
 */
export const admissionsPerEntryMax = 2_000;

/** Entrants of a draw that are put in order between two looks at the mailboxes: 1 µs each. */
export const drawStrideEntrants = 5_000;

/** Hex digits of a draw's secret, commitment, seed and labels: 256 bits each. */
export const hashDigits = 64;

/** A payment's name at its provider: visible ASCII characters. */
export const referenceCharactersMax = 64;

/** Who acts for the merchant, as journaled: bytes of UTF-8. */
export const actorNameBytesMax = 48;

/** Refunds that one item may have due, or have had. */
export const duesPerItemMax = 1_000_000;

/** Records a mailbox holds: orders in flight between one HTTP thread and one actor thread. */
export const mailboxRecords = 8_192;

/**
 * 64-bit words of a mailbox record: three cache lines, of which the hot command, and its reply but for two
 * words, touch the first.
 */
export const recordWords = 24;

/** Commands an actor thread takes from one mailbox before it looks at the next. */
export const drainRecordsMax = 4_096;

/** Records in one message between two engines: a turn with more sends several. */
export const forwardRecordsMax = 512;

/** Records with which a message is full enough to be sent, where no more than twice as many are on their way. */
export const forwardRecordsEnough = 128;

/**
 * Where as many commands came within `forwardGatherMs`, the next message waits for as many: more than the 64
 * connections of a small load can bring together, which would only wait for each other.
 */
export const forwardRecordsMin = 72;

/** How long commands for another engine gather at most. */
export const forwardGatherMs = 4;

/** Commands that gather are sent when none has joined them for so long. */
export const forwardQuietMs = 2;

/** Where a message waited for more commands, and they did not come, the next ones do not wait for so long. */
export const forwardDoubtMs = 100;

/** Commands of other engines that wait for an actor thread: those beyond are refused. */
export const inboxRecordsMax = 65_536;

/** Lanes of other engines whose commands an actor thread answers; the longest silent makes room. */
export const inboxSendersMax = 1_024;

/** An engine that owns nothing any more may still send the replies that it owes for this long. */
export const lastRepliesMs = 1_000;

/**
 * The reply to what a merchant did elsewhere is held until the board here shows it, and at most for
 * this long.
 */
export const boardCatchUpMsMax = 1_000;

/** One entry of the journal: kept under the 1 MiB that nats-server takes by default. */
export const entryEventsMax = 4_096;
export const entryBytesMax = 900 * 1024;

/** The longest encoding of one event, asserted by the encoder's test. */
export const eventBytesMax = 512;

/** An entry's head: version, partition, sequence, hash, writer, time. */
export const entryHeadBytesMax = 512;

/** Appends a journal may have in flight for one partition, whatever the journal allows. */
export const appendsInFlightMax = 8;

/** Entries of one partition that may be on their way to JetStream at once. */
export const jetStreamAppendsInFlight = 4;

/** An append that JetStream has not answered is sent again after this, under the same message id. */
export const appendRetryMs = 700;

/**
 * Files of the embedded journal are made at full length before anything is written to them. The first is short, each is
 * twice as long as the one before, up to this: less than two hundred entries would not be worth a file.
 */
export const logFileBytesFirst = 1024 * 1024;
export const logFileBytesMax = 64 * 1024 * 1024;

/** Making the next file goes in steps of so many bytes, each followed by so many times as long a rest as it took. */
export const logFillStepBytes = 256 * 1024;
export const logFillRest = 4;

/** How long an append may take before its outcome counts as unknown. Below the HTTP time-outs. */
export const appendTimeoutMs = 2_000;

/** How long an HTTP thread waits for an actor's reply before it answers "outcome unknown". */
export const replyTimeoutMs = 6_000;

/**
 * A request that is not whole this long after its head, or a new connection's head after its first byte,
 * is ended: whoever drips it must not hold a connection for long. The runtime counts in steps of 4 s.
 */
export const requestArrivalMs = 10_000;

/** A partition that could not read its journal tries again after this, doubling up to the maximum. */
export const recoveryPauseMs = 50;
export const recoveryPauseMsMax = 250;

/**
 * A journal that answers short, less than what is known of it, is asked again for this long before it
 * counts as one that has lost entries: a server whose leader has just changed may answer so.
 */
export const shortConfirmMs = 5_000;

/** A partition that refuses to serve reads its journal again after this, doubling up to the maximum. */
export const refusalPauseMs = 1_000;
export const refusalPauseMsMax = 60_000;

/**
 * A partition that was fenced is left to the other engine until that has been silent this long; in a cluster, one that
 * is written by who is no member.
 */
export const fencedMs = 3_000;

/**
 * A server that has not answered the leader of its stream for this long does not count towards the
 * majority that an append needs: it has missed three heartbeats of nats-server, which sends one a second.
 */
export const peerSilentMs = 3_000;

/** How often an actor thread asks the journal whether it would take entries. */
export const probeMs = 1_000;

/** How often a thread looks whether the files that it has open are still where they were. */
export const fileLookMs = 250;

/**
 * A server of a cluster that has answered nothing in full for this long may have lost the others: one
 * that has not is looked for.
 */
export const quorumPatienceMs = 2_000;

/**
 * A command that was sent to an engine after the other because each said that the partition is elsewhere is sent
 * again so often, after a pause: they hear of a new owner within some milliseconds of each other.
 */
export const redirectsMax = 20;
export const redirectPauseMs = 20;

/** Commands for a partition that is about to be this engine's wait for it at most this long. */
export const takeOverHoldMs = 1_000;

/** Barriers of a new owner that may be refused, because the old one still wrote, before it gives up. */
export const takeOverTriesMax = 10;

/** A reading that follows a stream is silent for longer than a few of these only when it has broken off. */
export const followHeartbeatMs = 500;

/** Whatever time alone makes true is decided within this of its moment (I11). */
export const onTimeMs = 100;

/** The least time between two looks at what is due: holds, promos, and tallies to journal. */
export const tickMs = 20;

/** The longest sleep of an actor thread: a clock that is set meanwhile is noticed after it. */
export const sleepMsMax = 50;

/** The wall clock is corrected by less than this without a word; a greater step is a warning. */
export const clockStepMs = 1_000;

/** How often the engine looks whether the wall clock was set. */
export const clockLookMs = 1_000;

/**
 * An engine does not start on a journal whose newest time is further ahead of the wall clock than this:
 * its partitions' time would stand still for as long.
 */
export const journalAheadMsMax = 60_000;

/** Refusals for stock are journaled as a tally, at most once in this time per item and source. */
export const tallyMs = 1_000;

/** How often each engine of a cluster tells the others that it lives, and what it owns. */
export const beatMs = 200;

/** A beat whose storing the servers have not acknowledged is said again after this. */
export const beatAgainMs = 300;

/** How long the acknowledgement of a beat is waited for: it counts, however late. */
export const beatAnswerMs = 2_000;

/**
 * A member is gone after this many own beats were stored since its last was heard: where the servers stall,
 * nobody's beats are stored, and nobody is judged.
 */
export const silentBeatsMax = 6;

/** The servers forget a member's beat after this. */
export const memberTtlMs = 2_000;

/** Members that are gone and still known, so that their last entries are told from a stranger's. */
export const goneMembersMax = 32;

/** How long those who operate the engines are told of one that is gone. */
export const goneToldMs = 600_000;

/** So many own beats must have been heard before an engine acts on what it knows of the others. */
export const settledBeats = 2;

/**
 * An engine is sure to be taken for alive, and its partitions for its own, for this long after it sent its
 * last beat that was stored.
 */
export const ownLeaseMs = 700;

/** A follower's board answers no more when the owner was last heard of this long ago. */
export const followerFreshMs = 1_000;

/** How often an engine of a cluster looks which partitions it is to take or to hand over. */
export const ownershipLookMs = 50;

/** An order to an actor thread that has shown no effect after this is given again: the thread may have died. */
export const orderAgainMs = 1_000;

/** How often the threads that serve HTTP are told of all members, whether or not anything has changed. */
export const membersTellMs = 1_000;

/**
 * For so long nobody but the engine that a partition was handed to takes it. That one has heard of it within
 * tenths of a second, on a busy machine too, or is about to be known to be gone.
 */
export const heirMs = 1_000;

/** How long an engine that leaves waits for others to own what it has handed over. */
export const leaveMsMax = 5_000;

/**
 * The longest life of the purchase tokens that are issued here. What was bought with one at the normal price, which
 * has no end, is kept at least until it has ended: it must not buy again.
 */
export const tokenLifeMsMax = 30 * 24 * 3_600_000;

/** How long orders that can change no more are kept in memory, unless told otherwise; and at most. */
export const retainDaysDefault = 30;
export const retainDaysMax = 3_650;

/** How often a partition looks for orders that are to leave its memory, and how many leave with one event. */
export const archiveLookMs = 60_000;
export const archivedOrdersMax = 65_536;

/** Promos whose buyers one event forgets: their numbers must fit an event. */
export const archivedPromosMax = 32;

/** Bits of the shared Bloom filter of buyers (16 MiB at most, twice, of which one is in use): 100 bits per order at a million orders. */
export const buyerFilterBits = 2 ** 27;

/**
 * The filter of buyers is made anew when it knows at least so many, and so many times as many as there are orders in
 * memory: then most that it lets pass to their actor have bought nothing that is known.
 */
export const filterMarksLeast = 1_000_000;
export const filterMarksShare = 4;

/** Buyers that a new one has room for, against those there are. */
export const filterGrowth = 4;

/** How often it is looked whether the filter is to be made anew, or has been. */
export const filterLookMs = 1_000;

/** Snapshots kept of a partition: the newest, and the one before, in case that the newest is damaged. */
export const snapshotsKept = 2;

/** What a snapshot leaves free on the disk: it only saves time, and the journal needs the room. */
export const snapshotRoomBytes = 256 * 1024 * 1024;

/** A file that nobody has written for so long was left by an engine that died while it wrote a snapshot. */
export const snapshotTemporaryMs = 600_000;

/**
 * A snapshot is due when the next start would read so many events after the last one, 2 µs each; or a share of the
 * orders that are kept, where that is more, so that what is written stays in proportion to what is sold.
 */
export const snapshotTailEvents = 50_000;
export const snapshotOrdersShare = 1 / 8;

/**
 * Storing a snapshot takes a core half a second for each 250,000 events, so it waits until no order has come for a
 * moment; but not once the next start would read so many events, of all partitions.
 */
export const snapshotLullMs = 1_000;
export const snapshotRushEvents = 400_000;

/** A sale that rests for so long is stored with fewer events to read: nobody is in the way. */
export const snapshotQuietMs = 15_000;
export const snapshotQuietEvents = 2_000;

/** How often the archivist looks whether a snapshot is due, and how long it rests where one cannot be stored. */
export const snapshotLookMs = 1_000;
export const snapshotPauseMs = 60_000;

/** The archivist's thread, and its memory, are there until none was due for so long. */
export const snapshotIdleMs = 5_000;

/** The longest body an HTTP request may carry, but for pictures. */
export const bodyBytesMax = 64 * 1024;

/** A picture as a merchant sends it, and a form with several of them. */
export const pictureBytesMax = 5 * 1024 * 1024;
export const pictureFormBytesMax = 32 * 1024 * 1024;

/** Pixels of a picture that is sent: decoded they take four bytes each. A good telephone takes 24 million. */
export const picturePixelsMax = 25_000_000;

/** Pixels along the longer side of a picture as it is stored, and of the small one for lists. */
export const pictureSideMax = 1_600;
export const pictureSmallSideMax = 480;

/** A colour profile goes with a picture; one for a screen has some hundred bytes, or a few thousand. */
export const pictureProfileBytesMax = 16 * 1024;

export const picturesPerItemMax = 10;
export const pictureAltCharactersMax = 300;

/** Pictures that an HTTP thread keeps at hand, so that a crowd does not read SQL for each. */
export const picturesAtHandBytesMax = 16 * 1024 * 1024;

function relation(holds: boolean, what: string): void {
  if (!holds) throw new Error(`limits contradict each other: ${what}`);
}

relation(
  pictureSmallSideMax < pictureSideMax && pictureSideMax ** 2 <= picturePixelsMax,
  'a picture must be stored as small as it may be sent, or smaller',
);
relation(
  bodyBytesMax < pictureBytesMax && pictureBytesMax < pictureFormBytesMax,
  'a form must have room for a picture',
);
relation(priceMinorMax * orderUnitsMax <= integerMax, 'an order total must be a safe integer');
relation(priceMinorMax * loadedUnitsMax > 0, 'takings of an item must be finite');
relation(loadedUnitsMax * gateFactorMax <= integerMax, 'a gate must be a safe integer');
relation((mailboxRecords & (mailboxRecords - 1)) === 0, 'a ring is a power of two');
relation(
  forwardRecordsMax * recordWords * 8 <= entryBytesMax,
  'a message between engines must be one that nats-server takes',
);
relation(forwardRecordsEnough <= forwardRecordsMax, 'a message must hold what is enough for one');
relation(forwardRecordsMin <= forwardRecordsEnough, 'more must not be waited for than is enough');
relation(forwardQuietMs < forwardGatherMs, 'who gathers must be looked at while they do');
relation(mailboxRecords < inboxRecordsMax, 'an inbox must hold what one sender may have in flight');
relation(
  lastRepliesMs < replyTimeoutMs,
  'an engine that is gone must be known before its replies are late',
);
relation((buyerFilterBits & (buyerFilterBits - 1)) === 0, 'the filter is a power of two');
relation(entryHeadBytesMax + eventBytesMax <= entryBytesMax, 'an entry must hold an event');
relation(ordersPerItemMax < 2 ** 31, 'order numbers are 32-bit indexes');
relation(tickMs <= sleepMsMax, 'a thread may sleep until the next look');
relation(sleepMsMax + tickMs < onTimeMs, 'a sleep must leave time to decide what is due');
relation(shortConfirmMs > 2 * recoveryPauseMsMax, 'a short journal must be read more than once');
relation(jetStreamAppendsInFlight <= appendsInFlightMax, 'the journal bounds what is in flight');
relation(
  2 * appendRetryMs < appendTimeoutMs,
  'an append must be tried again before it is given up',
);
relation(refusalPauseMsMax > refusalPauseMs, 'the pauses of a refusal must grow');
relation(
  redirectsMax * redirectPauseMs < takeOverHoldMs,
  'who owns a partition must be found out sooner than it is taken over',
);
relation(heirMs < memberTtlMs, 'an heir that is gone must not be waited for');
relation(
  takeOverHoldMs + appendTimeoutMs < replyTimeoutMs,
  'who is kept waiting by a hand-over must still be answered',
);
relation(archivedPromosMax * 8 + 100 < eventBytesMax, 'an event must hold the promos it names');
relation(snapshotQuietEvents < snapshotTailEvents, 'a quiet time must need fewer events');
relation(snapshotTailEvents < snapshotRushEvents, 'a rush must leave more for later');
relation(appendTimeoutMs < replyTimeoutMs, 'the actor must answer before the HTTP thread gives up');
relation(
  replyTimeoutMs < requestArrivalMs,
  'the HTTP thread must answer before the socket closes, also what has no body',
);
relation(
  ownLeaseMs + beatMs < silentBeatsMax * beatMs,
  'an engine must know that it may be taken for dead before it is',
);
relation(ownLeaseMs > 2 * beatMs, 'one late beat must not end a lease');
relation(
  beatAgainMs + beatMs < (silentBeatsMax - 1) * beatMs,
  'when the servers are back, every engine must be heard before any is judged',
);
relation(silentBeatsMax * beatMs < memberTtlMs, 'a beat must outlast the patience for the next');
