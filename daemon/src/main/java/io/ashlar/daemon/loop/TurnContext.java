package io.ashlar.daemon.loop;

import io.ashlar.core.base.Clock;
import io.netty.channel.IoHandlerContext;

/// What Netty's handler is told about one turn: whether it may wait, and until when, with the
/// agents' deadlines among Netty's own.
final class TurnContext implements IoHandlerContext {
  /// Netty's word for "nothing is scheduled".
  private static final long NO_DEADLINE = -1;

  private final ShardAgents agents;
  private final Clock clock;
  private IoHandlerContext netty = new AwakeContext();
  private boolean maySleep;

  TurnContext(ShardAgents agents, Clock clock) {
    this.agents = agents;
    this.clock = clock;
  }

  void begin(IoHandlerContext context, boolean mayWait) {
    netty = context;
    maySleep = mayWait;
  }

  @Override
  public boolean canBlock() {
    return maySleep && netty.canBlock();
  }

  @Override
  public long delayNanos(long currentTimeNanos) {
    long deadlineNs = agents.deadlineNs();
    long nettyDelayNs = netty.delayNanos(currentTimeNanos);
    return deadlineNs == Long.MAX_VALUE
        ? nettyDelayNs
        : Math.min(nettyDelayNs, Math.max(0, deadlineNs - currentTimeNanos));
  }

  /// Netty only compares this for equality with the last one, so that its scale does not matter; it
  /// asks [#delayNanos] for how long to wait.
  @Override
  public long deadlineNanos() {
    long deadlineNs = agents.deadlineNs();
    long nettyDeadlineNs = netty.deadlineNanos();
    if (deadlineNs == Long.MAX_VALUE) {
      return nettyDeadlineNs;
    }
    long nowNs = clock.nanoTime();
    boolean agentsFirst =
        nettyDeadlineNs == NO_DEADLINE || deadlineNs - nowNs < netty.delayNanos(nowNs);
    return agentsFirst ? deadlineNs : nettyDeadlineNs;
  }

  @Override
  public void reportActiveIoTime(long activeNanos) {
    netty.reportActiveIoTime(activeNanos);
  }

  @Override
  public boolean shouldReportActiveIoTime() {
    return netty.shouldReportActiveIoTime();
  }

  /// Stands in before the first turn.
  private static final class AwakeContext implements IoHandlerContext {
    @Override
    public boolean canBlock() {
      return false;
    }

    @Override
    public long delayNanos(long currentTimeNanos) {
      return 0;
    }

    @Override
    public long deadlineNanos() {
      return NO_DEADLINE;
    }
  }
}
