package io.ashlar.core.store;

import io.ashlar.core.base.Clock;
import io.ashlar.core.device.DeviceRequest;
import io.ashlar.core.format.EntryFlyweight;
import io.ashlar.core.format.Superblock.ScrubTimes;
import io.ashlar.core.qos.BackgroundBudget;
import io.ashlar.core.scrub.ScrubListener;
import io.ashlar.core.scrub.Scrubber;
import io.ashlar.core.segment.GroupWindow;
import io.ashlar.core.store.HealthLog.PageOutcome;

/// When and how fast a lane is scrubbed, and what is done about what is found. Passes that were
/// asked for are fast. Those made by themselves begin an interval apart, over restarts too, at the
/// rate that reads everything once in that time however busy hosts are; faster while hosts rest, or
/// when the pass is late. Only reads are paced: what was read is checked at once, 20 µs a step.
final class BackgroundScrub implements ScrubListener {
  /// The least rate of a pass that began by itself.
  static final long FLOOR_BYTES_PER_SECOND = 1 << 20;

  /// So many times as fast a pass goes at most that is late, or beside which hosts rest.
  static final int HASTE = 4;

  /// How often a pass writes down where it is, and finds its rate anew.
  static final long SAVE_AFTER_NS = 3_600_000_000_000L;

  /// The rates of a pass that somebody asked for, beside hosts and alone.
  private static final long ASKED_BUSY_BYTES_PER_SECOND = 16L << 20;

  private static final long ASKED_IDLE_BYTES_PER_SECOND = 256L << 20;

  private static final long SAVED_BYTES_MAX = 1 << 20;

  private static final long NS_PER_SECOND = 1_000_000_000L;

  private static final long NS_PER_MILLI = 1_000_000L;

  private final StoreParts parts;
  private final Clock clock;
  private final Scrubber scrubber;
  private final SuperblockCheck superblocks;
  private BackgroundBudget budget;
  private long passNs;
  private long nextPassNs;
  private long savedNs;
  private long nowNs;
  private long spent;
  private long passes;
  private long startedMillis;
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

  /// Has a pass begin by itself every so often, counted from when the last one began. One that did
  /// not end goes on at once.
  ///
  /// @param nanoseconds 0 for never
  void every(long nanoseconds) {
    passNs = nanoseconds;
    boolean isPart =
        parts.checkpointer().scrubTimes().isUnderWay() || parts.segments().scrubPosition() > 0;
    nextPassNs = isPart ? nowNs : nowNs + dueNs();
  }

  /// How long it is until an interval has gone by since the last pass began, whatever the clock did
  /// meanwhile.
  private long dueNs() {
    long gone = clock.epochMillis() - parts.checkpointer().scrubTimes().beganMillis();
    return passNs - Math.clamp(gone, 0, passNs / NS_PER_MILLI) * NS_PER_MILLI;
  }

  /// Starts a pass now, or makes the one under way fast.
  void start() {
    isStopping = false;
    isAsked = true;
    budget = budget(ASKED_BUSY_BYTES_PER_SECOND, ASKED_IDLE_BYTES_PER_SECOND);
    if (!isRunning) {
      begin();
    }
  }

  /// Ends the pass under way; the next one goes on where it was.
  void stop() {
    isStopping = isRunning;
    nextPassNs = nowNs + passNs;
  }

  private void beginByItself() {
    isAsked = false;
    begin();
    pace();
  }

  private void begin() {
    isRunning = true;
    startedMillis = clock.epochMillis();
    savedNs = nowNs;
    ScrubTimes times = parts.checkpointer().scrubTimes();
    if (!times.isUnderWay()) {
      parts.checkpointer().scrubTimes(times.began(startedMillis));
      parts.health().scrub().beginPass();
    }
    nextPassNs = nowNs + dueNs();
    superblocks.start();
    scrubber.start(parts.segments().scrubPosition());
  }

  /// Finds the rate at which what is left is read when the next pass is due.
  private void pace() {
    int segments = parts.segments().geometry().segments();
    long held = (long) segments - parts.segments().free().count();
    long left = held * (segments - parts.segments().scrubPosition()) / segments;
    long base = Math.max(FLOOR_BYTES_PER_SECOND, bytesPerSecond(held, passNs));
    long rate = Math.clamp(bytesPerSecond(left, dueNs()), base, HASTE * base);
    budget = budget(rate, HASTE * base);
  }

  private long bytesPerSecond(long segments, long withinNs) {
    long bytes = segments * parts.segments().geometry().segmentBytes();
    return Math.min(bytes / Math.max(1, withinNs / NS_PER_SECOND), ASKED_IDLE_BYTES_PER_SECOND);
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
    superblocks.doWork();
    int work = scrubber.doWork();
    budget.spend(scrubber.bytesRead() - spent);
    spent = scrubber.bytesRead();
    parts.segments().scrubPosition(scrubber.segment());
    if (scrubber.isAtEnd() && superblocks.isDone()) {
      noteEnd();
    } else if (now - savedNs >= SAVE_AFTER_NS) {
      save();
    }
    return work;
  }

  private void noteEnd() {
    passes++;
    parts.segments().scrubPosition(0);
    parts.checkpointer().scrubTimes(parts.checkpointer().scrubTimes().ended(clock.epochMillis()));
    wantsCheckpoint = true;
    isRunning = false;
  }

  private void save() {
    savedNs = nowNs;
    wantsCheckpoint = true;
    if (!isAsked) {
      pace();
    }
  }

  private boolean mayStep(long now) {
    if (!parts.isIdle()) {
      budget.onForeground(0, now);
    }
    return !scrubber.isAboutToRead() || budget.availableBytes(now) > 0;
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
    if (scrubber.isWaiting() || (scrubber.isAtEnd() && superblocks.isWaiting())) {
      return Long.MAX_VALUE;
    }
    return scrubber.isAboutToRead() ? budget.readyNs(nowNs) : nowNs;
  }

  boolean wantsCheckpoint() {
    boolean wanted = wantsCheckpoint || superblocks.wantsCheckpoint();
    wantsCheckpoint = false;
    return wanted;
  }

  ScrubStatus status() {
    boolean isUnderWay = isRunning && !isStopping;
    return new ScrubStatus(
        isUnderWay,
        isUnderWay && isAsked,
        parts.segments().scrubPosition(),
        parts.segments().geometry().segments(),
        passes,
        scrubber.bytesRead(),
        startedMillis,
        parts.checkpointer().scrubTimes().endedMillis(),
        parts.health().scrubFindings(),
        parts.health().scrub().byPass());
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
