package io.ashlar.daemon.admin;

import io.ashlar.control.ControlException;
import io.ashlar.control.ProblemCode;
import io.ashlar.control.ScrubInfo;
import io.ashlar.control.ScrubInfo.Findings;

/// A scrub that found something once, and moves only when it is told.
public final class FakeScrub implements ScrubControl {
  private static final Findings FOUND = new Findings(1, 3, 2, 0);

  private String state = ScrubInfo.IDLE;
  private int segment;

  @Override
  public ScrubInfo status() {
    return new ScrubInfo(
        state,
        segment,
        64,
        1,
        5L << 30,
        "2026-11-23T06:00:00Z",
        "2026-11-23T07:00:00Z",
        30L * 86_400,
        Findings.NONE,
        FOUND);
  }

  @Override
  public ScrubInfo start() {
    if (state.equals(ScrubInfo.ASKED)) {
      throw new ControlException(ProblemCode.SCRUB_RUNNING, "It runs.");
    }
    state = ScrubInfo.ASKED;
    segment = 12;
    return status();
  }

  @Override
  public ScrubInfo stop() {
    if (state.equals(ScrubInfo.IDLE)) {
      throw new ControlException(ProblemCode.SCRUB_NOT_RUNNING, "It does not run.");
    }
    state = ScrubInfo.IDLE;
    return status();
  }
}
