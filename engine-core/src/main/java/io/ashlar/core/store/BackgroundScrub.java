package io.ashlar.core.store;

import io.ashlar.core.base.Clock;
import io.ashlar.core.device.DeviceRequest;
import io.ashlar.core.format.EntryFlyweight;
import io.ashlar.core.qos.BackgroundBudget;
import io.ashlar.core.scrub.ScrubListener;
import io.ashlar.core.scrub.Scrubber;
import io.ashlar.core.segment.GroupWindow;
import io.ashlar.core.store.HealthLog.PageOutcome;

/// When and how fast a lane is scrubbed, and what is done about what is found. Passes that were
/// asked for are fast, those made by themselves so slow that all that lives is read once in a given
/// time. Hosts go first: a step is taken when none of their requests is under way, or when the
/// scrub has waited for long.
final class BackgroundScrub implements ScrubListener {
  /// The least rate of a pass that began by itself.
  static final long FLOOR_BYTES_PER_SECOND = 1 << 20;

  /// The rates of a pass that somebody asked for, beside hosts and alone.
  private static final long ASKED_BUSY_BYTES_PER_SECOND = 16L << 20;

  private static final long ASKED_IDLE_BYTES_PER_SECOND = 256L << 20;

  private static final long SAVED_BYTES_MAX = 1 << 20;

  /// So long hosts that never pause may hold the scrub up.
  static final long PATIENCE_NS = 100_000_000L;

  private static final long NS_PER_SECOND = 1_000_000_000L;

  private final StoreParts parts;
  private final Clock clock;
  private final Scrubber scrubber;
  private final SuperblockCheck superblocks;
  private BackgroundBudget budget;
  private long passNs;
  private long nextPassNs;
  private long steppedNs;
  private long nowNs;
  private long spent;
  private long passes;
  private long startedMillis;
  private long endedMillis;
  private ScrubFindings foundBefore = ScrubFindings.NONE;
  private boolean isRunning;
  private boolean isAsked;
  private boolean isStopping;
  private boolean wantsCheckpoint;

  /// @param window room for the longest group, the scrub's own
  BackgroundScrub(StoreParts parts, Clock clock, GroupWindow window) {
    this.parts = parts;
    this.clock = clock;
    nowNs = clock.nanoTime();
    superblocks = new SuperblockCheck(parts.checkpointer(), parts.submissions(), parts.health());
    scrubber =
        new Scrubber(
            new Scrubber.Parts(
                parts.segments(),
                parts.index(),
                parts.log(),
                parts.submissions(),
                parts.checkpointer()::holds),
            window,
            this);
    budget = budget(FLOOR_BYTES_PER_SECOND, FLOOR_BYTES_PER_SECOND);
  }

  private BackgroundBudget budget(long busyBytesPerSecond, long idleBytesPerSecond) {
    return new BackgroundBudget(busyBytesPerSecond, idleBytesPerSecond, SAVED_BYTES_MAX, nowNs);
  }

  /// Has a pass begin by itself every so often, at a rate that makes it last about as long.
  ///
  /// @param nanoseconds 0 for never
  void every(long nanoseconds) {
    passNs = nanoseconds;
    nextPassNs = nowNs;
  }

  /// Starts a pass now, or makes the one under way fast.
  void start() {
    isStopping = false;
    isAsked = true;
    begin(ASKED_BUSY_BYTES_PER_SECOND, ASKED_IDLE_BYTES_PER_SECOND);
  }

  /// Ends the pass under way; the next one goes on where it was.
  void stop() {
    isStopping = isRunning;
    nextPassNs = nowNs + passNs;
  }

  private void begin(long busyBytesPerSecond, long idleBytesPerSecond) {
    budget = budget(busyBytesPerSecond, idleBytesPerSecond);
    if (isRunning) {
      return;
    }
    isRunning = true;
    startedMillis = clock.epochMillis();
    foundBefore = parts.health().scrubFindings();
    nextPassNs = nowNs + passNs;
    superblocks.start();
    scrubber.start(parts.segments().scrubPosition());
  }

  private void beginByItself() {
    long seconds = Math.max(1, passNs / NS_PER_SECOND);
    isAsked = false;
    long rate = Math.max(FLOOR_BYTES_PER_SECOND, parts.space().usedBytes() / seconds);
    begin(rate, rate);
  }

  /// @return how much was done
  int doWork(long now, boolean isClosing) {
    nowNs = now;
    if (!isRunning && passNs > 0 && now >= nextPassNs && !isClosing) {
      beginByItself();
    }
    if (!isRunning) {
      return 0;
    }
    if (isClosing || isStopping) {
      return end();
    }
    if (!mayStep(now)) {
      return 0;
    }
    steppedNs = now;
    superblocks.doWork();
    int work = scrubber.doWork();
    budget.spend(scrubber.bytesRead() - spent);
    spent = scrubber.bytesRead();
    parts.segments().scrubPosition(scrubber.segment());
    if (scrubber.isAtEnd() && superblocks.isDone()) {
      passes++;
      endedMillis = clock.epochMillis();
      parts.segments().scrubPosition(0);
      isRunning = false;
    }
    return work;
  }

  private boolean mayStep(long now) {
    boolean isTurn = parts.isIdle() || now - steppedNs >= PATIENCE_NS;
    if (!parts.isIdle()) {
      budget.onForeground(0, now);
    }
    return isTurn && budget.availableBytes(now) > 0;
  }

  private int end() {
    scrubber.stop();
    if (scrubber.isIdle()) {
      isRunning = false;
      isStopping = false;
    }
    return 0;
  }

  /// When something is to be done though nothing happens.
  long deadlineNs() {
    if (!isRunning) {
      return passNs > 0 ? nextPassNs : Long.MAX_VALUE;
    }
    if (scrubber.isWaiting()) {
      return Long.MAX_VALUE;
    }
    long turn = parts.isIdle() ? nowNs : steppedNs + PATIENCE_NS;
    return Math.max(turn, budget.readyNs(nowNs));
  }

  boolean wantsCheckpoint() {
    boolean wanted = wantsCheckpoint || superblocks.wantsCheckpoint();
    wantsCheckpoint = false;
    return wanted;
  }

  ScrubStatus status() {
    boolean isUnderWay = isRunning && !isStopping;
    ScrubFindings found = parts.health().scrubFindings();
    return new ScrubStatus(
        isUnderWay,
        isUnderWay && isAsked,
        parts.segments().scrubPosition(),
        parts.segments().geometry().segments(),
        passes,
        scrubber.bytesRead(),
        scrubber.damages(),
        startedMillis,
        endedMillis,
        found,
        found.minus(foundBefore));
  }

  @Override
  public void onBlockDamaged(EntryFlyweight entry, long lba) {
    LocalVolume volume = parts.catalog().ofLayer(entry.owner());
    String name = volume == null ? "" : " (volume '" + volume.entry().name() + "')";
    parts.health().scrubFoundBlock(entry, lba, name);
  }

  @Override
  public void onPageDamaged(int layer, int level, long page, long address) {
    boolean isRewritten = parts.index().rewritePage(layer, level, page);
    wantsCheckpoint |= isRewritten;
    parts
        .health()
        .scrubFoundPage(
            "page %d of level %d of layer %d".formatted(page, level, layer),
            address,
            isRewritten ? PageOutcome.REWRITTEN : PageOutcome.LOST);
  }

  @Override
  public void onCheckpointDamaged(long address) {
    wantsCheckpoint = true;
    parts.health().scrubFoundPage("a piece of the checkpoint", address, PageOutcome.REWRITTEN);
  }

  @Override
  public void onHeaderDamaged(int segment, int offset) {
    // The log after a checkpoint is not needed once there is another.
    wantsCheckpoint = true;
    parts.health().scrubFoundHeader(segment, offset);
  }

  @Override
  public void onReadFailed(DeviceRequest read) {
    parts.health().scrubReadFailed(read);
  }
}
