package io.ashlar.daemon.node;

import io.ashlar.control.ControlException;
import io.ashlar.control.ProblemCode;
import io.ashlar.control.ScrubInfo;
import io.ashlar.control.ScrubInfo.Findings;
import io.ashlar.core.store.ScrubFindings;
import io.ashlar.core.store.ScrubStatus;
import io.ashlar.daemon.admin.ScrubControl;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The pool's scrub in the API's words.
final class PoolScrub implements ScrubControl {
  private final PoolShard pool;
  private final long intervalSeconds;

  /// @param intervalNs how far apart passes begin by themselves; 0 for never
  PoolScrub(PoolShard pool, long intervalNs) {
    this.pool = pool;
    this.intervalSeconds = TimeUnit.NANOSECONDS.toSeconds(intervalNs);
  }

  @Override
  public ScrubInfo status() {
    return info(pool.scrubStatus(), pool.canScrub());
  }

  @Override
  public ScrubInfo start() {
    requireSoundPool();
    if (!pool.startScrub()) {
      throw new ControlException(
          ProblemCode.SCRUB_RUNNING,
          "A scrub that was asked for is under way: 'ashlar pool scrub status' tells how far it is,"
              + " 'ashlar pool scrub stop' ends it.");
    }
    return status();
  }

  @Override
  public ScrubInfo stop() {
    requireSoundPool();
    if (!pool.stopScrub()) {
      throw new ControlException(
          ProblemCode.SCRUB_NOT_RUNNING,
          "No scrub is under way: 'ashlar pool scrub start' starts one.");
    }
    return status();
  }

  private void requireSoundPool() {
    if (!pool.canScrub()) {
      throw new ControlException(
          ProblemCode.NOT_READY,
          "The pool on %s failed and is not scrubbed: see 'ashlar pool show' and the log."
              .formatted(pool.device().name()));
    }
  }

  private ScrubInfo info(ScrubStatus status, boolean canScrub) {
    return new ScrubInfo(
        canScrub ? stateOf(status) : ScrubInfo.IDLE,
        status.segment(),
        status.segments(),
        status.passes(),
        status.bytesRead(),
        time(status.startedMillis()),
        time(status.endedMillis()),
        intervalSeconds,
        findings(status.foundByPass()),
        findings(status.found()));
  }

  private static String stateOf(ScrubStatus status) {
    if (!status.running()) {
      return ScrubInfo.IDLE;
    }
    return status.asked() ? ScrubInfo.ASKED : ScrubInfo.BACKGROUND;
  }

  private static @Nullable String time(long epochMillis) {
    return epochMillis == 0 ? null : Instant.ofEpochMilli(epochMillis).toString();
  }

  private static Findings findings(ScrubFindings found) {
    return new Findings(found.blocks(), found.pages(), found.repairedPages(), found.failedReads());
  }
}
